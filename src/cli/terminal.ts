import { createInterface } from "node:readline/promises";
import { visible } from "../shared/visible.ts";
import { jsonText } from "../shared/json-text.ts";

/** Where a command's answers and questions go. What it prints may hold untrusted text, which it makes visible first (rule 10). */
export interface Terminal {
  readonly json: boolean;
  /** The command's answer: one JSON value with `--json`, otherwise these lines. */
  answer(value: unknown, lines: readonly string[]): void;
  /** A line for people, on standard error, which scripts don't read. */
  note(line: string): void;
  /** The same line over and over, where standard error is a terminal; otherwise nothing. An empty text clears it. */
  progress(text: string): void;
  /** Asks on standard error for a `y`; null where nobody can answer. */
  confirm(question: string): Promise<boolean | null>;
}

/** The terminal of this process. */
export function terminal(json: boolean): Terminal {
  return {
    json,
    answer: (value, lines) => {
      process.stdout.write(json ? `${jsonText(value)}\n` : lines.map((line) => `${visible(line)}\n`).join(""));
    },
    note: (line) => void process.stderr.write(`${visible(line)}\n`),
    progress: (text) => {
      if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${visible(text)}`);
    },
    confirm: async (question) => {
      if (!process.stdin.isTTY) return null;
      const lines = createInterface({ input: process.stdin, output: process.stderr });
      const answer = await lines.question(`${visible(question)} [y/N] `);
      lines.close();
      return answer.trim().toLowerCase() === "y";
    },
  };
}

/** A table, or where it would have no row, a sentence that says so. */
export function listed(
  none: string,
  heading: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  return rows.length === 0 ? [none] : table(heading, rows);
}

/** Rows as columns padded to their widest cell, under a heading. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const all = [heading, ...rows].map((row) => row.map(visible));
  const widths = heading.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
