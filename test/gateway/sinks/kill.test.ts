import { expect, it } from "vitest";
import { killRounds } from "./kill-rounds.ts";

it("however often gateway and receivers are killed under traffic, each sink gets every entry, in order, and what comes again under the same id", async () => {
  const { answered, cut, entries, findings, received } = await killRounds(3);
  expect(findings).toEqual([]);
  expect(cut).toBeGreaterThan(0);
  // Two entries a call that was answered, at least.
  expect(entries).toBeGreaterThan(answered);
  for (const [name, lines] of Object.entries(received)) {
    const uids = new Map(lines.map(({ seq, uid }) => [seq, uid]));
    expect([...uids.keys()], name).toEqual(Array.from({ length: entries }, (_, seq) => seq));
    for (const { seq, uid } of lines) expect(uid).toBe(uids.get(seq));
    expect(new Set(uids.values()).size).toBe(entries);
  }
});
