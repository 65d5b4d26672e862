import { expect, it } from "vitest";
import { Departure } from "../../src/client/departure.ts";

it("tells each listener once, and none that has gone or comes afterwards, as an AbortSignal does", () => {
  const departure = new Departure();
  const told: string[] = [];
  const gone = () => void told.push("gone");
  departure.addEventListener("abort", () => void told.push("one"));
  departure.addEventListener("abort", gone);
  departure.addEventListener("abort", () => void told.push(`aborted: ${departure.aborted}`));
  departure.removeEventListener("abort", gone);
  expect(departure.aborted).toBe(false);
  departure.abort();
  departure.abort();
  departure.addEventListener("abort", () => void told.push("late"));
  expect(told).toEqual(["one", "aborted: true"]);
});
