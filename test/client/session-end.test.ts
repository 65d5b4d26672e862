import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { watchSessionEnd } from "../../src/client/session-end.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const minuteMs = 60_000;

function watching() {
  const said: (number | "end")[] = [];
  const end = watchSessionEnd({
    now: Date.now,
    onNear: (minutes) => said.push(minutes),
    onEnd: () => said.push("end"),
  });
  return { said, end };
}

it("warns ten minutes and one minute before the end, and tells of the end, each once", async () => {
  const { said, end } = watching();
  end.plan(Date.now() + 60 * minuteMs);
  await vi.advanceTimersByTimeAsync(49 * minuteMs);
  expect(said).toEqual([]);
  await vi.advanceTimersByTimeAsync(minuteMs + 10);
  expect(said).toEqual([10]);
  await vi.advanceTimersByTimeAsync(9 * minuteMs);
  expect(said).toEqual([10, 1]);
  await vi.advanceTimersByTimeAsync(10 * minuteMs);
  expect(said).toEqual([10, 1, "end"]);
});

it("says only what is true when the machine wakes up", async () => {
  const { said, end } = watching();
  end.plan(Date.now() + 60 * minuteMs);
  vi.setSystemTime(Date.now() + 58.7 * minuteMs);
  await vi.advanceTimersByTimeAsync(2 * minuteMs);
  expect(said).toEqual([1, "end"]);
});

it("takes its warning back with a later end, and warns anew before that", async () => {
  const { said, end } = watching();
  end.plan(Date.now() + 5 * minuteMs);
  expect(said).toEqual([10]);
  end.plan(Date.now() + 30 * minuteMs);
  await vi.advanceTimersByTimeAsync(21 * minuteMs);
  expect(said).toEqual([10, 10]);
});

it("says nothing where nobody knows the end, or the session is gone", async () => {
  const { said, end } = watching();
  end.plan(null);
  end.plan(Date.now() + 20 * minuteMs);
  end.stop();
  await vi.advanceTimersByTimeAsync(60 * minuteMs);
  expect(said).toEqual([]);
});
