import type { Sliced } from "../../shared/slices.ts";

/** How many characters are searched between two yields. */
const slice = 65_536;
const backslash = 92;

/**
 * Whether a pattern matches anywhere in a text; yields now and then. A match has at most `longest` characters beside one run of backslashes,
 * before which or behind which stands one more: no slice ends within such a run.
 */
export function* occurs(pattern: RegExp, text: string, longest: number): Sliced<boolean> {
  if (text.length <= slice) return pattern.test(text);
  for (let from = 0; ; from += slice) {
    let to = Math.min(text.length, from + slice + longest + 1);
    while (text.charCodeAt(to) === backslash) to += 1;
    if (pattern.test(text.slice(from, to + 1))) return true;
    if (to >= text.length) return false;
    yield;
  }
}
