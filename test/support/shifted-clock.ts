import { AsyncLocalStorage } from "node:async_hooks";

/** A clock of this process that tests move: for everybody, or for one party alone. */
export interface ShiftedClock {
  /** Moves everybody's time on by so much. */
  pass(ms: number): void;
  /** Runs this, and all that it awaits, by a clock that is so much ahead of everybody's (behind, where negative). */
  skewed<T>(ms: number, run: () => T): T;
  /** Gives the real Date back. */
  restore(): void;
}

/**
 * Puts a Date in place of the real one that libraries read, too. Timers stay real. What a server does for a request runs by everybody's
 * clock, although one process is both client and server: its context is that of whoever made the server listen.
 */
export function shiftClock(): ShiftedClock {
  const Real = Date;
  const skew = new AsyncLocalStorage<number>();
  let passedMs = 0;
  const now = (): number => Real.now() + passedMs + (skew.getStore() ?? 0);
  globalThis.Date = new Proxy(Real, {
    construct: (_target, given: readonly unknown[], asked) =>
      Reflect.construct(Real, given.length === 0 ? [now()] : given, asked) as object,
    apply: () => new Real(now()).toString(),
    get: (target, name, receiver) => (name === "now" ? now : (Reflect.get(target, name, receiver) as unknown)),
  });
  return {
    pass: (ms) => void (passedMs += ms),
    skewed: (ms, run) => skew.run(ms, run),
    restore: () => void (globalThis.Date = Real),
  };
}
