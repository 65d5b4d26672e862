import { setTimeout as delay } from "node:timers/promises";
import { backoffMs } from "../../shared/backoff.ts";
import type { Log } from "../log.ts";
import type { Cursor } from "./cursor.ts";
import { enoughEntries, type LedgerTail } from "./ledger-tail.ts";
import { type Sink, Undelivered, type WrittenEvent } from "./sink.ts";

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

/** How often a feed that has delivered all looks for more. Entries of one such time go together: a second is what a receiver is promised. */
const lookMs = 250;

/** Brings the ledger to one sink, in its order, each entry at least once; a sink that fails is tried again for ever, and nobody waits for it. */
export class Feed {
  readonly name: string;
  readonly #options: FeedOptions;
  readonly #stop = new AbortController();
  #next = 0;
  /** What the cursor's file says. */
  #noted = 0;
  /** So many events are read and tried at once: after a failure fewer, so that a dead sink costs little, and one event that a receiver can't take stands alone in the end. */
  #most = enoughEntries;
  #failures = 0;
  #rejected = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(options: FeedOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** Takes up where the cursor is. Throws where that can't be read. */
  async start(): Promise<void> {
    const { cursor, from, size, tail } = this.#options;
    const kept = await cursor.read();
    this.#next = kept ?? (from === "now" ? size() : 0);
    if (kept === null) await cursor.write(this.#next);
    this.#noted = this.#next;
    await tail.recall(this.#next);
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

  /** How many events its receiver took and said not to keep. */
  get rejected(): number {
    return this.#rejected;
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
    const { name, tail, sink, size, log } = this.#options;
    try {
      this.#next = Math.min(this.#next, sink.again?.() ?? this.#next);
      // After a full disk: what was delivered is not delivered again for that.
      await this.#note();
      const known = size();
      const events = this.#next < known ? await tail.from(this.#next, this.#most, sink.textOf) : [];
      if (events.length === 0) return lookMs;
      await this.#deliver(events);
      await this.#note();
      if (this.#failures > 0) log({ level: "info", event: "sink.recovered", sink: name, lag: this.lag });
      this.#failures = 0;
      return this.#next < known ? 0 : lookMs;
    } catch (error) {
      if (this.#stop.signal.aborted) return 0;
      // The first of a row is said; the metrics have the rest.
      if (this.#failures === 0) log({ level: "warn", event: "sink.failed", sink: name, lag: this.lag, error });
      this.#failures += 1;
      return Math.max(backoffMs(this.#failures), error instanceof Undelivered ? error.waitMs : 0);
    }
  }

  async #deliver(events: readonly WrittenEvent[]): Promise<void> {
    const { name, sink, log } = this.#options;
    try {
      const rejected = await sink.deliver(events, this.#stop.signal);
      if (rejected !== null) {
        this.#rejected += rejected.count;
        log({ level: "error", event: "sink.rejected", sink: name, from: this.#next, ...rejected });
      }
    } catch (error) {
      this.#most = Math.max(1, Math.floor(events.length / 2));
      throw error;
    }
    this.#most = Math.min(2 * this.#most, enoughEntries);
    this.#next += events.length;
  }

  async #note(): Promise<void> {
    if (this.#noted === this.#next) return;
    await this.#options.cursor.write(this.#next);
    this.#noted = this.#next;
  }
}
