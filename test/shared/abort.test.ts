import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { follow } from "../../src/shared/abort.ts";

test("a controller that follows signals aborts with the first one's reason", () => {
  const [one, two, own] = [new AbortController(), new AbortController(), new AbortController()];
  follow(own, [one.signal, two.signal]);
  two.abort("second");
  one.abort("first");
  expect(own.signal.reason).toBe("second");
});

test("a signal that is aborted already counts at once", () => {
  const own = new AbortController();
  follow(own, [AbortSignal.abort("before")]);
  expect(own.signal.reason).toBe("before");
});

test("nothing is left on the signals once following has ended", () => {
  const [long, own] = [new AbortController(), new AbortController()];
  const unlink = follow(own, [long.signal]);
  unlink();
  expect(getEventListeners(long.signal, "abort")).toEqual([]);
  long.abort();
  expect(own.signal.aborted).toBe(false);
});
