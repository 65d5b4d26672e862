import { dot, endOfDigits, hyphen, isDigit, isLetterOrDigit, isSpace, take, type Taken } from "./digits.ts";

const plus = 43;
const open = 40;
const close = 41;
const slash = 47;

/**
 * Finds telephone numbers: international ones that begin with + (ITU-T E.164, 8 to 15 digits), and North-American ones of ten digits whose
 * three groups are kept apart. Bare digits are never a number, so ids, dates, addresses and versions stay whole. Looks within `[from, to)`. Linear.
 */
export function findPhones(codes: Uint8Array, from: number, to: number, into: Taken[]): void {
  for (let at = from; at < to; at += 1) {
    const code = codes[at];
    if (code !== plus && code !== open && !isDigit(code)) continue;
    const end = code === plus ? endOfInternational(codes, at) : endOfNorthAmerican(codes, at);
    if (end > 0) {
      take(codes, { start: at, end, kind: "phone" }, into);
      at = end - 1;
    } else if (isDigit(code)) at = endOfDigits(codes, at) - 1;
  }
}

/** The index after the number whose + is at `at`, or -1. Groups may be parted by up to two of space, hyphen, dot, slash, brackets. */
function endOfInternational(codes: Uint8Array, at: number): number {
  if (isLetterOrDigit(codes[at - 1]) || codes[at + 1] === 48) return -1;
  let end = -1;
  let digits = 0;
  for (let from = skipSeparators(codes, at + 1, 1); isDigit(codes[from]); from = skipSeparators(codes, end, 3)) {
    const to = endOfDigits(codes, from, 16);
    if (digits + to - from > 15) break;
    digits += to - from;
    end = to;
  }
  return digits >= 8 ? end : -1;
}

function skipSeparators(codes: Uint8Array, at: number, most: number): number {
  let end = at;
  while (end - at < most && isSeparator(codes[end])) end += 1;
  return end;
}

/** The index after `[1] (AAA) EEE-NNNN` in its usual spellings, or -1. North American Numbering Plan: AAA and EEE begin with 2 to 9. */
function endOfNorthAmerican(codes: Uint8Array, start: number): number {
  if (!mayStart(codes, start)) return -1;
  let at = start;
  if (codes[at] === 49 && !isDigit(codes[at + 1])) at = skipSeparators(codes, at + 1, 2);
  if (at > start && codes[at - 1] === open) at -= 1;
  const bracketed = codes[at] === open;
  if (bracketed) at += 1;
  if (!isGroup(codes, at, 3) || !isHighDigit(codes[at])) return -1;
  at += 3;
  if (bracketed && codes[at] !== close) return -1;
  const second = skipSeparators(codes, at, bracketed ? 2 : 1);
  if (second === at || !isGroup(codes, second, 3) || !isHighDigit(codes[second])) return -1;
  const third = skipSeparators(codes, second + 3, 1);
  if (third === second + 3 || !isGroup(codes, third, 4)) return -1;
  return mayEnd(codes, third + 4, isSpace(codes[third - 1])) ? third + 4 : -1;
}

/** A number is not the tail of a longer chain such as an address, a version or a row of numbers. */
function mayStart(codes: Uint8Array, start: number): boolean {
  const before = codes[start - 1];
  if (isLetterOrDigit(before) && codes[start] !== open) return false;
  return !((before === dot || before === hyphen) && isDigit(codes[start - 2]));
}

function mayEnd(codes: Uint8Array, end: number, spaced: boolean): boolean {
  const next = codes[end];
  if (isLetterOrDigit(next)) return false;
  const chained = next === dot || next === hyphen || (spaced && isSpace(next));
  return !(chained && isDigit(codes[end + 1]));
}

/** Exactly so many digits, no more. */
function isGroup(codes: Uint8Array, at: number, length: number): boolean {
  return endOfDigits(codes, at, length + 1) === at + length;
}

function isHighDigit(code: number | undefined): boolean {
  return code !== undefined && code >= 50 && code <= 57;
}

function isSeparator(code: number | undefined): boolean {
  return isSpace(code) || code === hyphen || code === dot || code === slash || code === open || code === close;
}
