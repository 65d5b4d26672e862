import type { ApprovalRecord } from "../store/store.ts";

/** The callers that wait for one approval in this process, and the answer of the one that runs it. */
export class Flight<Answer> {
  readonly #answer = Promise.withResolvers<Answer>();
  #changed = Promise.withResolvers<ApprovalRecord>();
  waiters = 0;

  constructor() {
    this.#answer.promise.catch(() => undefined);
  }

  /** Tells every waiter how the approval stands now. */
  change(record: ApprovalRecord): void {
    const changed = this.#changed;
    this.#changed = Promise.withResolvers();
    changed.resolve(record);
  }

  /** The next change, or null when the caller goes first. */
  next(signal: AbortSignal): Promise<ApprovalRecord | null> {
    return orGone(this.#changed.promise, signal);
  }

  settle(answer: Answer): void {
    this.#answer.resolve(answer);
  }

  /** The outcome could not be made durable: nobody gets the answer (rule 5). */
  fail(error: unknown): void {
    this.#answer.reject(error);
  }

  /** What the running caller was answered, or null when this caller goes first. */
  answer(signal: AbortSignal): Promise<Answer | null> {
    return orGone(this.#answer.promise, signal);
  }
}

async function orGone<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | null> {
  if (signal.aborted) return null;
  const gone = Promise.withResolvers<null>();
  const onAbort = (): void => gone.resolve(null);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, gone.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
