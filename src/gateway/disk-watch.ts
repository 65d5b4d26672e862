import { CountersignError, isUnwritten } from "../shared/errors.ts";
import type { Log } from "./log.ts";
import { Counter } from "./metrics.ts";

/** What the store's writes come upon: when one last became durable, and whether the disk is full, which is said once. */
export class DiskWatch {
  readonly failures = new Counter({ name: "countersign_commit_failures_total", help: "Writes that failed." });
  readonly #log: Log;
  #lastDurableMs = -Infinity;
  #full = false;

  constructor(log: Log) {
    this.#log = log;
  }

  /** When a write last became durable, by `performance.now()`; -Infinity once one has failed since. */
  get lastDurableMs(): number {
    return this.#lastDurableMs;
  }

  /** Whether the last write found no room. */
  get full(): boolean {
    return this.#full;
  }

  /** The same write, its end noted. */
  async watched<T>(write: Promise<T>): Promise<T> {
    const value = await this.tried(write);
    this.written();
    return value;
  }

  /** The same of what may have written nothing: only that it failed says anything. */
  async tried<T>(write: Promise<T>): Promise<T> {
    try {
      return await write;
    } catch (error) {
      if (error instanceof CountersignError && isUnwritten(error.code)) this.#failed(error);
      throw error;
    }
  }

  /** Notes that something became durable. */
  written(): void {
    this.#lastDurableMs = performance.now();
    if (!this.#full) return;
    this.#full = false;
    this.#log({ level: "info", event: "disk.has_room" });
  }

  #failed(error: CountersignError): void {
    this.failures.add({});
    this.#lastDurableMs = -Infinity;
    if (error.code !== "disk_full" || this.#full) return;
    this.#full = true;
    this.#log({ level: "error", event: "disk.full", error });
  }
}
