import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createLooks } from "../../src/client/looks.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("a console that fell silent looks at nothing any more; one that says it again does", () => {
  const looks = createLooks();
  const told: (string | null)[] = [];
  const stop = looks.onChange(() => told.push(looks.get()));
  looks.set("apr_1");
  vi.advanceTimersByTime(40_000);
  looks.set("apr_1");
  vi.advanceTimersByTime(40_000);
  expect(looks.get()).toBe("apr_1");
  vi.advanceTimersByTime(6_000);
  expect(looks.get()).toBeNull();
  looks.set("apr_2");
  looks.set(null);
  stop();
  looks.set("apr_3");
  expect(told).toEqual(["apr_1", null, "apr_2", null]);
});
