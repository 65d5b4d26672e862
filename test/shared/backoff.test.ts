import { expect, it } from "vitest";
import { backoffMs } from "../../src/shared/backoff.ts";

it("doubles up to 30 s and spreads over the whole range", () => {
  const longest = [0, 1, 2, 6, 7, 60].map((attempt) => backoffMs(attempt, () => 1));
  expect(longest).toEqual([500, 1_000, 2_000, 30_000, 30_000, 30_000]);
  expect(backoffMs(60, () => 0)).toBe(0);
});
