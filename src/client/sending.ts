import { backoffMs } from "../shared/backoff.ts";
import type { Verdict } from "../shared/approval.ts";
import type { ConsoleState } from "../shared/console.ts";
import { CountersignError, type ErrorCode } from "../shared/errors.ts";
import type { StateHolder } from "./state.ts";

/** A signed decision as it is sent. */
interface Signed {
  /** The approval's id. */
  readonly approval: string;
  readonly verdict: Verdict;
  /** When its signature runs out, in ms by this machine's clock. */
  readonly untilMs: number;
}

/** Signed decisions on their way to the gateway, shown in the state until it has answered: nothing counts as decided before. */
export interface Sending {
  /**
   * Sends by `post`, and again the very same while no answer comes, until the signature runs out. Throws what the gateway refused with,
   * or `decision_unanswered`: then nobody here knows whether it was recorded.
   */
  send<T>(signed: Signed, post: () => Promise<T>): Promise<T>;
  /** Lets go of all that is on its way, since who decided it has signed out: nobody else is told of it, or sends it again. */
  forget: () => void;
  /** Sends nothing again. */
  close(): void;
}

interface SendingOptions {
  readonly state: StateHolder;
  readonly now: () => number;
  /** For tests: the wait after so many tries without an answer. */
  readonly restMs?: (unanswered: number) => number;
}

export function createSending({ state, now, restMs = usualRestMs }: SendingOptions): Sending {
  let sitting = new AbortController();
  const onTheWay = new Map<number, ConsoleState["sending"][number]>();
  let last = 0;
  const show = () => state.set({ sending: [...onTheWay.values()] });

  async function repeat<T>(key: number, signed: Signed, post: () => Promise<T>): Promise<T> {
    const { signal } = sitting;
    for (let unanswered = 0; ; unanswered += 1) {
      onTheWay.set(key, { ...signed, unanswered });
      show();
      try {
        return await unlessAborted(post(), signal);
      } catch (error) {
        if (!mayHaveArrived(error, unanswered)) throw error;
        if (signal.aborted || now() >= signed.untilMs || !isWorthRepeating(error)) throw unknown(error);
      }
      onTheWay.set(key, { ...signed, unanswered: unanswered + 1 });
      show();
      await rest(restMs(unanswered), state, signal);
      if (signal.aborted) throw unknown(signal.reason);
    }
  }

  return {
    async send(signed, post) {
      const key = (last += 1);
      try {
        return await repeat(key, signed, post);
      } finally {
        onTheWay.delete(key);
        show();
      }
    },
    forget() {
      sitting.abort();
      sitting = new AbortController();
      onTheWay.clear();
      show();
    },
    close: () => sitting.abort(),
  };
}

const longestRestMs = 5_000;

/** A person waits for it: never long. */
function usualRestMs(unanswered: number): number {
  return Math.min(backoffMs(unanswered), longestRestMs);
}

/** Where no answer came, or the gateway said that it can't answer now. */
const noAnswer: readonly ErrorCode[] = ["gateway_unreachable", "transient", "issuer_unreachable"];
/** Nothing was sent this time, and nothing can be: what was sent before counts. */
const noToken: readonly ErrorCode[] = ["signed_out", "reauthentication_needed"];

function isWorthRepeating(error: unknown): boolean {
  return error instanceof CountersignError && noAnswer.includes(error.code);
}

/** Whether it may be recorded though this try ended so. */
function mayHaveArrived(error: unknown, unanswered: number): boolean {
  return (
    isWorthRepeating(error) || (unanswered > 0 && error instanceof CountersignError && noToken.includes(error.code))
  );
}

/** An answer that comes after nobody is there to hear it is none. */
async function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(unknown(signal.reason));
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([answer, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function unknown(cause: unknown): CountersignError {
  const message =
    "The gateway did not answer, so it is not known whether your decision was recorded. Once it is back, the request shows how it stands: decide again if it still waits.";
  return new CountersignError("decision_unanswered", message, { cause });
}

/** Until the time is over, the link comes back, or nothing is to be sent any more. */
function rest(ms: number, state: StateHolder, closed: AbortSignal): Promise<void> {
  if (closed.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    let link = state.get().gateway.link;
    const end = (): void => {
      clearTimeout(timer);
      stop();
      closed.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    const stop = state.onChange(({ gateway }) => {
      const isBack = link !== "online" && gateway.link === "online";
      link = gateway.link;
      if (isBack) end();
    });
    closed.addEventListener("abort", end);
  });
}
