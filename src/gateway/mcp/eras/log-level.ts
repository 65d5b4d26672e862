import { isJsonObject, type Json, type JsonObject } from "../../../shared/json.ts";
import type { RpcMessage } from "../../../shared/target.ts";

/** RFC 5424, from the quietest occasion to the loudest. */
const levels: readonly Json[] = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"];

/** Whether a client that asked for `wanted` gets a log message of this level; one that asked for nothing gets none (2026-07-28, "Logging"). */
export function isLoudEnough(level: Json | undefined, wanted: Json | undefined): boolean {
  const least = wanted === undefined ? -1 : levels.indexOf(wanted);
  return least >= 0 && level !== undefined && levels.indexOf(level) >= least;
}

/** The log level of a legacy session, which is one for all its calls: the lowest that any of them asked for. */
export class LogLevel {
  readonly #ask: ((method: string, params: JsonObject) => Promise<RpcMessage>) | null;
  #set = levels.length;

  constructor(capabilities: JsonObject, ask: (method: string, params: JsonObject) => Promise<RpcMessage>) {
    this.#ask = isJsonObject(capabilities.logging) ? ask : null;
  }

  /** A call is about to be asked whose client wants log messages from this level on. Throws TargetError. */
  async hear(level: Json | undefined): Promise<void> {
    const wanted = level === undefined ? -1 : levels.indexOf(level);
    if (this.#ask === null || level === undefined || wanted < 0 || wanted >= this.#set) return;
    this.#set = wanted;
    await this.#ask("logging/setLevel", { level });
  }
}
