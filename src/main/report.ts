import { toFailure } from "../shared/errors.ts";

/** One line in the process's own log: what happened, and the code and safe message of what caused it. Never a payload or a token. */
export function report(what: string, error?: unknown): void {
  if (error === undefined) {
    process.stderr.write(`countersign: ${what}\n`);
    return;
  }
  const failure = toFailure(error);
  process.stderr.write(
    `countersign: ${what} (${failure.code}): ${failure.code === "internal" ? cause(error) : failure.message}\n`,
  );
}

function cause(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
