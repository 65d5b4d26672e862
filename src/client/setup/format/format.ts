import type { Plain, Value } from "./value.ts";

/** One replacement in a text: `remove` UTF-16 units at `at` give way to `insert`. */
export interface Edit {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

/** Why a file is left alone. Line and column count from 1, the column in UTF-16 units. */
export interface Problem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export type Read = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly problem: Problem };
export type Edits =
  | { readonly ok: true; readonly edits: readonly Edit[] }
  | { readonly ok: false; readonly problem: Problem };

/** What the file of a client is written in. Texts come without a byte-order mark; what stands around an edit keeps its bytes. */
export interface Format {
  /** A longer file is left alone: to read it would keep the tunnel's calls waiting for seconds, or take the memory of its process. */
  readonly mostBytes: number;
  /** The whole text as a value; an empty one is an empty map. */
  read(text: string): Read;
  /** Puts a value at a path of map keys, making the maps that are missing. */
  put(text: string, path: readonly string[], value: Plain): Edits;
  /** Takes away what stands at a path that is there. */
  remove(text: string, path: readonly string[]): Edits;
}

/** The text after these edits, which must not overlap; those at one place are inserted in their order. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let done = "";
  let from = 0;
  for (const { at, remove, insert } of edits.toSorted((one, two) => one.at - two.at)) {
    done += text.slice(from, at) + insert;
    from = at + remove;
  }
  return done + text.slice(from);
}

export function problemAt(text: string, offset: number, message: string): { readonly ok: false; problem: Problem } {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return { ok: false, problem: { line, column: offset - before.lastIndexOf("\n"), message } };
}
