import type { ServerResponse } from "node:http";
import { UnderWay } from "../shared/under-way.ts";

/** What the gateway still answers, and whether it has begun to stop. */
export class Draining {
  readonly #begun = new AbortController();
  readonly #open = new UnderWay<ServerResponse>();
  #whenEmpty: (() => void) | null = null;

  /** Aborts when the gateway begins to stop. */
  get signal(): AbortSignal {
    return this.#begun.signal;
  }

  /** How many requests have no whole answer yet. */
  get underWay(): number {
    return this.#open.size;
  }

  /** Counts a request until its answer is complete, or its caller has gone. */
  enter(response: ServerResponse): void {
    const place = this.#open.enter(response);
    response.once("close", () => {
      this.#open.leave(place);
      if (this.#open.size === 0) this.#whenEmpty?.();
    });
  }

  /** Begins to stop, and resolves with how many requests were still open after at most `limitMs`. */
  async begin(limitMs: number): Promise<number> {
    // So that no client sends its next call on a connection that is about to close.
    for (const response of this.#open.all()) if (!response.headersSent) response.setHeader("connection", "close");
    this.#begun.abort();
    if (this.#open.size === 0) return 0;
    const empty = Promise.withResolvers<void>();
    this.#whenEmpty = empty.resolve;
    const timer = setTimeout(empty.resolve, limitMs);
    await empty.promise;
    clearTimeout(timer);
    return this.#open.size;
  }
}
