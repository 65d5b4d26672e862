import { expect, test } from "vitest";
import { isQuiet } from "../../src/main/quiet-hours.ts";

const at = (hours: number, minutes: number): number => new Date(2099, 0, 1, hours, minutes).getTime();

test.each([
  ["22:00", "07:00", at(21, 59), false],
  ["22:00", "07:00", at(22, 0), true],
  ["22:00", "07:00", at(3, 0), true],
  ["22:00", "07:00", at(7, 0), false],
  ["12:00", "13:30", at(13, 29), true],
  ["12:00", "13:30", at(13, 30), false],
  ["12:00", "13:30", at(2, 0), false],
  ["08:00", "08:00", at(15, 0), true],
])("from %s to %s, it is quiet as it should be", (from, to, nowMs, quiet) => {
  expect(isQuiet({ on: true, from, to }, nowMs)).toBe(quiet);
  expect(isQuiet({ on: false, from, to }, nowMs)).toBe(false);
});
