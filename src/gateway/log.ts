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
    const cause =
      error === undefined ? {} : { error: error instanceof Error ? (error.stack ?? error.message) : typeof error };
    write(`${jsonText({ at: new Date(now()).toISOString(), ...line, ...cause })}\n`);
  };
}
