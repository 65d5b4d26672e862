import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { readRepeatedly } from "../../../src/renderer/inbox/repeated-reading.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const restMs = 150;

/** Readings that end when a test lets them. */
function begin() {
  const ends: ((what: number) => void)[] = [];
  const told: number[] = [];
  const read = () => new Promise<number>((resolve) => void ends.push(resolve));
  const reading = readRepeatedly(read, (what) => told.push(what), restMs);
  return { reading, ends, told };
}

it("reads after a moment, though what it reads changes more often than that", async () => {
  const { reading, ends, told } = begin();
  for (let changes = 0; changes < 5; changes += 1) {
    reading.again(`state ${changes}`);
    await vi.advanceTimersByTimeAsync(restMs / 3);
  }
  expect(ends).toHaveLength(1);
  ends[0]?.(1);
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual([1]);
});

it("tells what was read though it has changed meanwhile, and reads it once more", async () => {
  const { reading, ends, told } = begin();
  await vi.advanceTimersByTimeAsync(restMs);
  reading.again("a");
  reading.again("a");
  await vi.advanceTimersByTimeAsync(restMs * 10);
  expect(ends).toHaveLength(1);
  ends[0]?.(1);
  await vi.advanceTimersByTimeAsync(restMs);
  expect([told, ends.length]).toEqual([[1], 2]);
  ends[1]?.(2);
  await vi.advanceTimersByTimeAsync(restMs * 10);
  expect([told, ends.length]).toEqual([[1, 2], 2]);
});

it("reads nothing where it is closed before its moment, and tells nothing of what comes after", async () => {
  const early = begin();
  early.reading.close();
  early.reading.again("a");
  const late = begin();
  await vi.advanceTimersByTimeAsync(restMs);
  late.reading.close();
  late.ends[0]?.(1);
  await vi.advanceTimersByTimeAsync(restMs * 10);
  expect([early.ends.length, late.ends.length, late.told]).toEqual([0, 1, []]);
});
