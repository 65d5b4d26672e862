import { expect, it } from "vitest";
import { isBack } from "../client/torture/settling.ts";
import { torture } from "../client/torture/torture.ts";

it("two hundred sessions, results of 50 MB, streams of ten thousand events, and a gateway that is restarted every 5 s for a minute", async () => {
  const outcome = await torture({ sessions: 200, restarts: 12, everyMs: 5_000, bytes: 50_000_000, events: 10_000 });
  process.stdout.write(`${JSON.stringify({ ...outcome, errors: Object.fromEntries(outcome.errors) })}\n`);
  expect(outcome.wrong).toEqual([]);
  expect(outcome.repeated).toEqual([]);
  expect(outcome.undead).toEqual([]);
  expect(outcome.answered).toBeGreaterThan(1_000);
  expect(outcome, "what tunnel and gateway hold").toSatisfy(isBack);
  // A loaded machine takes its time, above all over the last results.
}, 900_000);
