import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createRenewal } from "../../src/client/renewal.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A renewal whose provider gives tokens of this lifetime, and how often it was asked. */
function renewing(lifeMs: () => number) {
  const asked = { times: 0 };
  const renewal = createRenewal(async () => {
    asked.times += 1;
    renewal.plan(Date.now() + lifeMs());
  }, Date.now);
  return { renewal, asked };
}

it.each([-3_600_000, 0, 1, 500])(
  "asks a provider whose tokens live %i ms a few times a minute, not in a loop",
  async (life) => {
    const { renewal, asked } = renewing(() => life);
    renewal.plan(Date.now() + life);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked.times).toBeGreaterThan(0);
    expect(asked.times).toBeLessThan(10);
    renewal.stop();
  },
);

it("renews once, soon, when the machine slept for eight hours", async () => {
  const { renewal, asked } = renewing(() => 3_600_000);
  renewal.plan(Date.now() + 3_600_000);
  await vi.advanceTimersByTimeAsync(1_000);
  // The clock went on, timers did not.
  vi.setSystemTime(Date.now() + 8 * 3_600_000);
  await vi.advanceTimersByTimeAsync(61_000);
  expect(asked.times).toBe(1);
  renewal.stop();
});

it("tries what failed at once when the network is back, and asks for nothing that isn't due", async () => {
  let [asked, isDown] = [0, true];
  const renewal = createRenewal(async () => {
    asked += 1;
    if (isDown) throw new Error("no network");
    renewal.plan(Date.now() + 3_600_000);
  }, Date.now);
  renewal.plan(Date.now() + 3_600_000);
  renewal.hurry();
  expect(asked).toBe(0);
  await vi.advanceTimersByTimeAsync(3_600_000);
  const before = asked;
  expect(before).toBeGreaterThan(0);
  isDown = false;
  renewal.hurry();
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toBe(before + 1);
  renewal.hurry();
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toBe(before + 1);
  renewal.stop();
});

it("goes on when the clock was set back by a day", async () => {
  const { renewal, asked } = renewing(() => 60_000);
  renewal.plan(Date.now() + 60_000);
  vi.setSystemTime(Date.now() - 86_400_000);
  await vi.advanceTimersByTimeAsync(86_400_000 + 60_000);
  expect(asked.times).toBeGreaterThan(0);
  renewal.stop();
});
