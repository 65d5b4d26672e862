import { CountersignError } from "../shared/errors.ts";
import { jsonText } from "../shared/json-text.ts";

/** One line of the gateway's log. Never a token, a payload or a secret (rule 6). */
export interface LogLine {
  readonly level: "info" | "warn" | "error";
  readonly event: string;
  readonly error?: unknown;
  readonly [fact: string]: unknown;
}

export type Log = (line: LogLine) => void;

/** Writes each line as JSON on standard error, harmless on a terminal: it may quote what others said (rule 10). A fault shows its stack there and nowhere else. */
export function logTo(write: (text: string) => void, now: () => number): Log {
  return ({ error, ...line }) => {
    const fault = error === undefined ? {} : { error: faultOf(error) };
    write(`${jsonText({ at: new Date(now()).toISOString(), ...line, ...fault })}\n`);
  };
}

/** Its stack; of a failed store also what stood behind it, SQLite's or the search thread's own words. Other causes may quote what others sent. */
function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const stack = error.stack ?? error.message;
  const isStore = error instanceof CountersignError && error.code === "store_failed";
  return isStore && error.cause instanceof Error ? `${stack}\nbecause: ${error.cause.message}` : stack;
}
