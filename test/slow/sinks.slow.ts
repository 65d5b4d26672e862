import { expect, it } from "vitest";
import { killRounds } from "../gateway/sinks/kill-rounds.ts";

it("a hundred kills of gateway and receivers under traffic: each sink has every entry, in order, and what came again under the same id", async () => {
  const { findings, entries, answered, cut, received } = await killRounds(100);
  const again = Object.entries(received).map(([name, lines]) => [name, lines.length - entries]);
  process.stdout.write(`${JSON.stringify({ answered, cut, entries, again: Object.fromEntries(again) })}\n`);
  expect(findings).toEqual([]);
  for (const [name, lines] of Object.entries(received)) {
    const uids = new Map(lines.map(({ seq, uid }) => [seq, uid]));
    expect([...uids.keys()], name).toEqual(Array.from({ length: entries }, (_, seq) => seq));
    for (const { seq, uid } of lines) expect(uid).toBe(uids.get(seq));
  }
}, 900_000);
