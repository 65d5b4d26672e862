/** This machine's clock, and a timer on it; tests and measurements have their own. */
export interface WallClock {
  readonly now: () => number;
  /** Runs `then` after so many ms; returns the way to call it off. */
  readonly after: (ms: number, then: () => void) => () => void;
}

export const wallClock: WallClock = {
  now: Date.now,
  after: (ms, then) => {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
};
