import { expect, it } from "vitest";
import { isBack } from "./torture/settling.ts";
import { torture } from "./torture/torture.ts";

it("twelve sessions outlive their gateway: each call has its own answer or an error that is documented, none ran twice, nothing is left", async () => {
  const outcome = await torture({ sessions: 12, restarts: 1, everyMs: 3_000, bytes: 2_000_000, events: 1_000 });
  expect(outcome.wrong).toEqual([]);
  expect(outcome.repeated).toEqual([]);
  expect(outcome.undead).toEqual([]);
  expect(outcome.answered).toBeGreaterThan(50);
  expect(outcome, "what tunnel and gateway hold").toSatisfy(isBack);
  // Processes that are started and calls of megabytes: a machine under load takes minutes.
}, 300_000);
