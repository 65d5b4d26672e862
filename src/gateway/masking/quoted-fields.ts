import { atOnce, type Sliced } from "../../shared/slices.ts";
import type { Fields } from "./fields.ts";
import { occurs } from "./occurs.ts";
import type { Spot } from "./spots.ts";

const none: readonly Spot[] = [];
/** How many are found between two yields. */
const placesOfFields = 128;

/**
 * The values of configured fields in a text that holds JSON but isn't JSON as a whole: lines of it, words before it, a piece cut off. Such a text
 * tells no path, so a path counts by its last name. A value without an end is taken to the end of the text. Linear: what is taken isn't read again.
 */
export function quotedFields(text: string, { quoted }: Pick<Fields, "quoted">): readonly Spot[] {
  if (quoted === null || !text.includes('"') || !quoted.suspicion.test(text)) return none;
  return atOnce(spotsIn(text, quoted));
}

/** The same, yielding now and then. */
export function* quotedFieldsSlowly(
  text: string,
  { quoted, longestName }: Pick<Fields, "quoted" | "longestName">,
): Sliced<readonly Spot[]> {
  // A name and its quotes.
  if (quoted === null || !(yield* occurs(quoted.suspicion, text, longestName + 2))) return none;
  return yield* spotsIn(text, quoted);
}

function* spotsIn(text: string, quoted: NonNullable<Fields["quoted"]>): Sliced<readonly Spot[]> {
  const spots: Spot[] = [];
  const member = new RegExp(quoted.member);
  for (let match = member.exec(text); match !== null; match = member.exec(text)) {
    const [, quote = '"', name = ""] = match;
    const { start, end, bare } = valueAt(text, member.lastIndex, quote);
    member.lastIndex = Math.max(end, member.lastIndex);
    if (end === start) continue;
    const found = text.slice(start, end);
    if (spots.length % placesOfFields === 0) yield;
    spots.push({ start, end, kind: "field", mode: quoted.modeOf(name), found, ...(bare ? { quote } : {}) });
  }
  return spots;
}

interface Value {
  readonly start: number;
  readonly end: number;
  /** It stands without quotes, which its mark needs. */
  readonly bare: boolean;
}

function valueAt(text: string, at: number, quote: string): Value {
  if (text.startsWith(quote, at))
    return { start: at + quote.length, end: endOfString(text, at + quote.length, quote), bare: false };
  if (text[at] === "{" || text[at] === "[") return { start: at, end: endOfBrackets(text, at, quote), bare: true };
  let end = at;
  while (end < text.length && !' \t\r\n,;}])"'.includes(text[end] as string)) end += 1;
  return { start: at, end, bare: true };
}

/** Where the string's closing quote stands. Within JSON in JSON quotes have backslashes themselves, and a quote in the value more of them. */
function endOfString(text: string, from: number, quote: string): number {
  const depth = quote.length - 1;
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (at - slashes > from && text[at - slashes - 1] === "\\") slashes += 1;
    if (depth === 0 ? slashes % 2 === 0 : slashes <= depth) return at - (depth === 0 ? 0 : slashes);
  }
  return text.length;
}

function endOfBrackets(text: string, from: number, quote: string): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at];
    if (text.startsWith(quote, at)) at = endOfString(text, at + quote.length, quote) + quote.length - 1;
    else if (character === "{" || character === "[") depth += 1;
    else if (character === "}" || character === "]") depth -= 1;
    if (depth === 0) return at + 1;
  }
  return text.length;
}
