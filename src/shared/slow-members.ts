/** What a look at the members of a list or an object has found. */
export interface Members {
  /** The index of the bracket that ends them, or of the last comma between them; -1 where neither is near. */
  readonly end: number;
  readonly closes: boolean;
  /** How deep the members nest. */
  readonly depth: number;
}

/** Looks through so many characters of JSON text from where a member begins. Whether they are JSON is for a parser to say. */
export function scanMembers(text: string, from: number, width: number): Members {
  const to = Math.min(text.length, from + width);
  let end = -1;
  let depth = 0;
  let deepest = 0;
  for (let at = from; at < to; at += 1) {
    switch (text.charCodeAt(at)) {
      case quote:
        at = endOfString(text, at, to);
        break;
      case comma:
        if (depth === 0) end = at;
        break;
      case bracket:
      case brace:
        depth += 1;
        deepest = Math.max(deepest, depth);
        break;
      case bracketEnd:
      case braceEnd:
        if (depth === 0) return { end: at, closes: true, depth: deepest };
        depth -= 1;
        break;
      default:
    }
  }
  return { end, closes: false, depth: deepest };
}

/** The index of the closing quote, or `to`. */
function endOfString(text: string, start: number, to: number): number {
  let at = start + 1;
  while (at < to) {
    const code = text.charCodeAt(at);
    if (code === quote) return at;
    at += code === backslash ? 2 : 1;
  }
  return to;
}

const quote = 34;
const comma = 44;
const bracket = 91;
const backslash = 92;
const bracketEnd = 93;
const brace = 123;
const braceEnd = 125;
