import { indentedJson } from "../shared/json-text.ts";
import { lookAlikes } from "./look-alikes.ts";

/** A stretch of untrusted text: as it is, the code point of a character that cannot be seen, a letter that passes for another with its code point, or an escape. */
export type Segment =
  | { readonly kind: "plain"; readonly text: string }
  | { readonly kind: "odd"; readonly code: string; readonly times: number }
  | { readonly kind: "alike"; readonly text: string; readonly code: string }
  | { readonly kind: "escape"; readonly text: string };

// Controls, format and bidi characters, unassigned, private and lone surrogates, separators, default ignorables
// (zero-width, fillers, variation selectors, tags), symbols without a shape, blanks that are not the space, and marks piled on marks.
const unseen =
  "[\\p{Cc}\\p{Cf}\\p{Cn}\\p{Co}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}\\u2800\\uFFFC\\u{13441}\\u{13442}\\u{16FE4}\\u{1D159}]|(?! )\\p{Zs}|(?<=\\p{M}\\p{M})\\p{M}";
const odd = new RegExp(`(${unseen})\\1*`, "gu");
const oddOrEscaped = new RegExp(`["\\\\\\n\\t]|(${unseen})\\1*`, "gu");
const single = new RegExp(unseen, "gu");
const escapes: Readonly<Record<string, string>> = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t" };

/** Untrusted text on one line: everything that cannot be seen stands as its code point (rule 10). */
export function segments(text: string): readonly Segment[] {
  return split(text, odd);
}

/** The inside of a quoted string: as `segments`, with quotes, backslashes, tabs and line ends escaped as JSON does. */
export function quotedSegments(text: string): readonly Segment[] {
  return split(text, oddOrEscaped);
}

/** How many characters of a text cannot be seen; line ends and tabs are layout and do not count. */
export function countUnseen(text: string): number {
  return text.match(single)?.filter((character) => character !== "\n" && character !== "\t").length ?? 0;
}

/** Untrusted text for accessible names: code points in words, and no more than `limit` characters before it says how many there are. */
export function spoken(text: string, limit = 80): string {
  const shown = cut(text, limit);
  const said = segments(shown)
    .map((segment) => {
      if (segment.kind === "odd") return `‹${segment.code}›`;
      return segment.kind === "alike" ? `‹${segment.text} ${segment.code}›` : segment.text;
    })
    .join("");
  return shown.length === text.length ? said : `${said}… (${text.length.toLocaleString("en")} characters)`;
}

/** JSON in which what cannot be seen is escaped: the same value, harmless wherever it is pasted. */
export function safeJson(value: unknown): string {
  return indentedJson(value).replace(single, (match) =>
    match === "\n"
      ? match
      : Array.from(
          { length: match.length },
          (_, at) => `\\u${match.charCodeAt(at).toString(16).padStart(4, "0")}`,
        ).join(""),
  );
}

/** The first `limit` UTF-16 units at most, never half a character. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit);
}

function split(text: string, pattern: RegExp): readonly Segment[] {
  const found: Segment[] = [];
  const places = lookAlikes(text);
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    found.push(...seen(text, end, match.index, places));
    end = match.index + match[0].length;
    const escape = pattern === oddOrEscaped ? escapes[match[0]] : undefined;
    found.push(escape === undefined ? codePoint(match[0], match[1] ?? match[0]) : { kind: "escape", text: escape });
    if (escape === "\\n" || escape === "\\t") found.push({ kind: "plain", text: match[0] });
  }
  found.push(...seen(text, end, text.length, places));
  return found;
}

/** What can be seen from one place to another, letters that pass for others by themselves. */
function seen(text: string, from: number, to: number, places: ReadonlySet<number>): readonly Segment[] {
  if (places.size === 0) return from < to ? [{ kind: "plain", text: text.slice(from, to) }] : [];
  const found: Segment[] = [];
  let end = from;
  for (let at = from; at < to; at += 1) {
    if (!places.has(at)) continue;
    if (at > end) found.push({ kind: "plain", text: text.slice(end, at) });
    const letter = String.fromCodePoint(text.codePointAt(at) ?? 0);
    found.push({ kind: "alike", text: letter, code: codeOf(letter) });
    end = at + letter.length;
  }
  if (end < to) found.push({ kind: "plain", text: text.slice(end, to) });
  return found;
}

/** How many letters of a text pass for others. */
export function countAlike(text: string): number {
  return lookAlikes(text).size;
}

function codePoint(run: string, character: string): Segment {
  return { kind: "odd", code: codeOf(character), times: run.length / character.length };
}

function codeOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
