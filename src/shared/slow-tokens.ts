import type { Sliced } from "./slices.ts";

/** How many characters are read between two yields. */
const slice = 32_768;

/** Behind the white space that begins here. */
export function* spaceEnd(text: string, from: number): Sliced<number> {
  let at = from;
  while (isSpace(text.charCodeAt(at))) {
    at += 1;
    if ((at - from) % slice === 0) yield;
  }
  return at;
}

/** Behind the number or the word that begins here: before what can belong to neither. */
export function* wordEnd(text: string, from: number): Sliced<number> {
  let at = from;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (isSpace(code) || code === comma || code === bracketEnd || code === braceEnd) break;
    if ((at - from) % slice === slice - 1) yield;
  }
  return at;
}

/** The string whose quote stands at `start`, and where it ends. A long one without escapes shares the text's memory. Throws SyntaxError. */
export function* readString(text: string, start: number): Sliced<{ readonly value: string; readonly end: number }> {
  let decoded: string | null = null;
  let from = start + 1;
  for (;;) {
    const { end, escaped } = pieceOf(text, from);
    if (escaped || decoded !== null) {
      decoded ??= text.slice(start + 1, from);
      decoded += escaped ? String(JSON.parse(`"${text.slice(from, end)}"`)) : text.slice(from, end);
    }
    from = end;
    const code = text.charCodeAt(end);
    if (code === quote) return { value: decoded ?? wholeOf(text, start, end), end: end + 1 };
    // Also NaN, at the text's end: no piece is empty but before a quote.
    if (end >= text.length || code < firstPrintable) throw new SyntaxError();
    yield;
  }
}

/** A string without escapes. A short one is a copy: it may be kept for long, and would keep all of the text. */
function wholeOf(text: string, start: number, end: number): string {
  return end - start > slice ? text.slice(start + 1, end) : String(JSON.parse(text.slice(start, end + 1)));
}

/** The next piece of a string: up to its closing quote, a character that no string has, or a place between two characters. */
function pieceOf(text: string, from: number): { readonly end: number; readonly escaped: boolean } {
  const to = Math.min(text.length, from + slice);
  let escaped = false;
  let at = from;
  while (at < to) {
    const code = text.charCodeAt(at);
    if (code === quote || code < firstPrintable) break;
    if (code === backslash) {
      escaped = true;
      at += text.charCodeAt(at + 1) === letterU ? 6 : 2;
    } else at += 1;
  }
  return { end: Math.min(at, text.length), escaped };
}

function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9;
}

const firstPrintable = 32;
const quote = 34;
const comma = 44;
const backslash = 92;
const bracketEnd = 93;
const letterU = 117;
const braceEnd = 125;
