import type { WallClock } from "../../src/main/wall-clock.ts";

/** A clock that a test moves on by itself: timers run once their time has come, in their order. */
export interface PassingTime extends WallClock {
  pass(ms: number): void;
}

export function passingTime(startMs = Date.now()): PassingTime {
  const timers = new Set<{ readonly atMs: number; readonly run: () => void }>();
  let nowMs = startMs;
  return {
    now: () => nowMs,
    after: (ms, run) => {
      const timer = { atMs: nowMs + ms, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    pass: (ms) => {
      nowMs += ms;
      for (const timer of [...timers].sort((a, b) => a.atMs - b.atMs)) {
        if (timer.atMs > nowMs || !timers.delete(timer)) continue;
        timer.run();
      }
    },
  };
}
