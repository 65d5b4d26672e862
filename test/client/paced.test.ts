import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { paced } from "../../src/client/paced.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("works at once when asked, and once more for all that was asked meanwhile", () => {
  let done = 0;
  const ask = paced(() => (done += 1), 40);
  ask();
  expect(done).toBe(1);
  for (let n = 0; n < 600; n += 1) ask();
  expect(done).toBe(1);
  vi.advanceTimersByTime(40);
  expect(done).toBe(2);
  vi.advanceTimersByTime(1000);
  expect(done).toBe(2);
  ask();
  expect(done).toBe(3);
});
