/** Whether a text is matched, exactly and case-sensitively. */
export type Matcher = (text: string) => boolean;

/**
 * A matcher for a glob: `*` is any run of characters, `?` any one UTF-16 code unit, all else itself. No backtracking beyond
 * the last `*`, so a hostile name costs at most its length times the pattern's, never more.
 */
export function globMatcher(pattern: string): Matcher {
  if (/^\*+$/.test(pattern)) return () => true;
  if (!/[*?]/.test(pattern)) return (text) => text === pattern;
  return (text) => matches(pattern, text);
}

/** A matcher for any of these globs; of none, nothing. */
export function anyGlob(patterns: readonly string[]): Matcher {
  const matchers = patterns.map(globMatcher);
  return (text) => matchers.some((matcher) => matcher(text));
}

function matches(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let starAt = -1;
  let resumeAt = 0;
  while (t < text.length) {
    const expected = pattern[p];
    if (expected === "*") {
      starAt = p;
      resumeAt = t;
      p += 1;
    } else if (expected === "?" || expected === text[t]) {
      p += 1;
      t += 1;
    } else if (starAt >= 0) {
      // The last star swallows one more; earlier ones need no second try.
      resumeAt += 1;
      t = resumeAt;
      p = starAt + 1;
    } else return false;
  }
  while (pattern[p] === "*") p += 1;
  return p === pattern.length;
}
