import type { Log } from "../log.ts";
import type { Signal } from "./environment.ts";

const everyMs = 60_000;

/** Says in the log, at most once a minute a signal, that telemetry was lost; never in the telemetry itself. */
export class Losses {
  readonly #log: Log;
  readonly #waiting = new Map<Signal, { why: string; records: number }>();
  readonly #saidAtMs = new Map<Signal, number>();

  constructor(log: Log) {
    this.#log = log;
  }

  note(signal: Signal, why: string, records: number): void {
    this.#waiting.set(signal, { why, records: records + (this.#waiting.get(signal)?.records ?? 0) });
    if (performance.now() - (this.#saidAtMs.get(signal) ?? -Infinity) >= everyMs) this.#say(signal);
  }

  /** Says what was not said yet. */
  close(): void {
    for (const signal of this.#waiting.keys()) this.#say(signal);
  }

  #say(signal: Signal): void {
    const lost = this.#waiting.get(signal);
    if (lost === undefined) return;
    this.#waiting.delete(signal);
    this.#saidAtMs.set(signal, performance.now());
    this.#log({ level: "warn", event: "telemetry.lost", signal, ...lost });
  }
}
