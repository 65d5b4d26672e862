import { backoffMs } from "../shared/backoff.ts";

/** Renews a token ahead of its end, so that no call waits for the provider. */
export interface Renewal {
  /** A token that ends then is in hand. */
  plan(expiresAtMs: number): void;
  /** What is due, or failed and waits, is tried at once. */
  hurry(): void;
  stop(): void;
}

/** Runs something after so many ms; the returned function calls it off. */
export type After = (ms: number, run: () => void) => () => void;

const realTime: After = (ms, run) => {
  // What is to be renewed keeps no process alive.
  const timer = setTimeout(run, ms).unref();
  return () => clearTimeout(timer);
};

/** `renew` gets a new token and leads to `plan`; when it throws it is tried again with back-off until the token's session ends. */
export function createRenewal(renew: () => Promise<unknown>, now: () => number, after: After = realTime): Renewal {
  /** Null where nothing is planned, or the renewal is under way. */
  let callOff: (() => void) | null = null;
  let planned: number | null = null;
  let dueMs = 0;
  let failures = 0;

  function sleep(): void {
    callOff?.();
    // Timers stand still while the machine sleeps: look at the clock once a minute at least.
    callOff = after(Math.min(Math.max(dueMs - now(), shortestMs), lookMs), tick);
  }

  function tick(): void {
    if (planned === null) return;
    if (now() < dueMs) {
      sleep();
      return;
    }
    const round = planned;
    callOff?.();
    callOff = null;
    renew().then(
      () => undefined,
      // The session has judged the error; if it still stands, the renewal is tried again.
      () => {
        if (planned !== round) return;
        dueMs = now() + firstRetryMs + backoffMs(failures);
        failures += 1;
        sleep();
      },
    );
  }

  return {
    plan(expiresAtMs) {
      // What was renewed may end when it would have ended before, and is tried again all the same.
      if (expiresAtMs === planned && callOff !== null) return;
      // A provider whose tokens end as they come (a clock that jumped, a wrong setting) is not asked in a loop.
      const soonestMs = planned === null ? 0 : betweenMs;
      planned = expiresAtMs;
      failures = 0;
      // Jitter keeps a company's clients from renewing in step.
      dueMs = now() + Math.max(soonestMs, (expiresAtMs - now()) * (0.7 + Math.random() * 0.1));
      sleep();
    },
    hurry() {
      if (failures > 0) dueMs = Math.min(dueMs, now());
      if (planned !== null && now() >= dueMs) tick();
    },
    stop() {
      callOff?.();
      callOff = null;
      planned = null;
    },
  };
}

const lookMs = 60_000;
const shortestMs = 50;
const betweenMs = 10_000;
const firstRetryMs = 1_000;
