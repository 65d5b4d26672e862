import { setTimeout as delay } from "node:timers/promises";
import { backoffMs } from "../../shared/backoff.ts";
import type { Log } from "../log.ts";
import type { Cursor } from "./cursor.ts";
import type { LedgerTail } from "./ledger-tail.ts";
import type { Sink } from "./sink.ts";

interface FeedOptions {
  readonly name: string;
  readonly sink: Sink;
  readonly tail: LedgerTail;
  readonly cursor: Cursor;
  /** The number of the next entry that will be written. */
  readonly size: () => number;
  readonly from: "beginning" | "now";
  readonly log: Log;
}

/** How often a feed that has delivered all looks for more. */
const lookMs = 250;

/** Brings the ledger to one sink, in its order, each entry at least once; a sink that fails is tried again for ever, and nobody waits for it. */
export class Feed {
  readonly name: string;
  readonly #options: FeedOptions;
  readonly #stop = new AbortController();
  #next = 0;
  #failures = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(options: FeedOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** Takes up where the cursor is. Throws where that can't be read. */
  async start(): Promise<void> {
    const { cursor, from, size } = this.#options;
    const kept = await cursor.read();
    this.#next = kept ?? (from === "now" ? size() : 0);
    if (kept === null) await cursor.write(this.#next);
    this.#running = this.#run();
  }

  /** Entries that the sink has not taken yet. */
  get lag(): number {
    return Math.max(0, this.#options.size() - this.#next);
  }

  /** How often it has failed in a row. */
  get failures(): number {
    return this.#failures;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#options.sink.close();
    this.#options.tail.close();
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const waitMs = await this.#bring();
      if (waitMs > 0) await delay(waitMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  /** Delivers what there is, and answers how long to wait before the next look. */
  async #bring(): Promise<number> {
    const { name, sink, tail, cursor, size, log } = this.#options;
    if (this.#next >= size()) return lookMs;
    try {
      const events = tail.from(this.#next);
      const last = events.at(-1);
      if (last === undefined) return lookMs;
      await sink.deliver(events, this.#stop.signal);
      await cursor.write(last.seq + 1);
      this.#next = last.seq + 1;
      if (this.#failures > 0) log({ level: "info", event: "sink.recovered", sink: name, lag: this.lag });
      this.#failures = 0;
      return 0;
    } catch (error) {
      if (this.#stop.signal.aborted) return 0;
      // The first of a row is said; the metrics have the rest.
      if (this.#failures === 0) log({ level: "warn", event: "sink.failed", sink: name, lag: this.lag, error });
      this.#failures += 1;
      return backoffMs(this.#failures);
    }
  }
}
