/** How long a call may run on that nobody hears any more: until then its client may come back for the answer. */
const longestMs = 30 * 60_000;

interface Running {
  readonly isHeard: () => boolean;
  readonly stop: () => void;
  unheardSinceMs: number | null;
}

/** Ends calls whose caller left for good: their target may never end them, and each holds a stream, a place and a session. */
export class UnheardCalls {
  readonly #now: () => number;
  readonly #running = new Set<Running>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Watches a call until the returned function is called. */
  watch(isHeard: () => boolean, stop: () => void): () => void {
    const running: Running = { isHeard, stop, unheardSinceMs: null };
    this.#running.add(running);
    return () => this.#running.delete(running);
  }

  sweep(): void {
    const nowMs = this.#now();
    for (const running of this.#running) {
      if (running.isHeard()) running.unheardSinceMs = null;
      else running.unheardSinceMs ??= nowMs;
      if (running.unheardSinceMs === null || nowMs - running.unheardSinceMs <= longestMs) continue;
      this.#running.delete(running);
      running.stop();
    }
  }
}
