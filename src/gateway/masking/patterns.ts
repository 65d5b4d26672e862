import { RE2JS } from "re2js";
import type { MaskMode } from "./kinds.ts";

/** A pattern of the configuration, by name. */
export interface PatternSpec {
  readonly name: string;
  readonly pattern: string;
  readonly mode: MaskMode;
}

/** Where a pattern matches a text: `[start, end)` in UTF-16 units, in order, never empty. */
export interface Pattern {
  readonly name: string;
  readonly mode: MaskMode;
  readonly places: (text: string) => Iterable<readonly [number, number]>;
}

/** Compiles a pattern in RE2's syntax, whose matching takes linear time whatever the pattern. Throws for one that `patternProblem` names. */
export function compilePattern({ name, pattern, mode }: PatternSpec): Pattern {
  const compiled = RE2JS.compile(pattern);
  return {
    name,
    mode,
    places: function* places(text) {
      const matcher = compiled.matcher(text);
      while (matcher.find()) if (matcher.end() > matcher.start()) yield [matcher.start(), matcher.end()];
    },
  };
}

/** Why a pattern can't be used, or null. Look-around and back-references are not RE2's: they can't be matched in linear time. */
export function patternProblem(pattern: string): string | null {
  try {
    const compiled = RE2JS.compile(pattern);
    return compiled.matcher("").matches() ? "It matches the empty text: make it need a character" : null;
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, "") : "not valid";
    return `RE2 can't match this pattern in linear time (${reason}): write it without look-around and back-references`;
  }
}
