import type { Log } from "../log.ts";
import type { TargetError } from "../../shared/target.ts";

/** How often a connection's failures of one kind are said: whoever may call can cause them at will. */
const everyMs = 60_000;

/** Says in the log that targets fail, at most once a minute for each connection and reason. */
export class FailureLog {
  readonly #log: Log;
  readonly #now: () => number;
  readonly #saidAtMs = new Map<string, number>();

  constructor(log: Log, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  /** `connection` is configured, so there are no more entries than connections and reasons. Nothing of what the target itself wrote is said (rule 6). */
  failed(connection: string, { reason, message, status }: TargetError): void {
    // Sessions end in the ordinary course of things; their clients begin anew.
    if (reason === "session-lost") return;
    const key = `${connection} ${reason}`;
    const nowMs = this.#now();
    if (nowMs - (this.#saidAtMs.get(key) ?? -Infinity) < everyMs) return;
    this.#saidAtMs.set(key, nowMs);
    const line = { level: "warn", event: "target.failed", connection, reason, why: message.slice(0, 300) } as const;
    this.#log(status === undefined ? line : { ...line, status });
  }
}
