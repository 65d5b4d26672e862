import { isAsciiLetter, isDigit } from "./digits.ts";
import { isIbanAt } from "./iban.ts";
import { prefixEndsAt } from "./token-prefixes.ts";

/**
 * Where in a folded text each detector has to look. One pass finds the places, so that a text without any costs that pass and no more;
 * a place says only that something could be there.
 */
export interface Triggers {
  /** Start and end of each run of digit groups that could hold a card, social-security or telephone number, in turn. */
  readonly digits: number[];
  readonly ats: number[];
  /** Where the last character of a token's prefix stands. */
  readonly prefixes: number[];
  /** The first dot of what could be a JWT. */
  readonly jwts: number[];
  /** The first hyphen of `-----BEGIN`. */
  readonly keys: number[];
  /** Where the country of what could be an IBAN stands. */
  readonly ibans: number[];
}

export function noTriggers(): Triggers {
  return { digits: [], ats: [], prefixes: [], jwts: [], keys: [], ibans: [] };
}

/** Whether nothing at all was found. */
export function isQuiet({ digits, ats, prefixes, jwts, keys, ibans }: Triggers): boolean {
  return digits.length + ats.length + prefixes.length + jwts.length + keys.length + ibans.length === 0;
}

/** What a character may be part of, as bits. */
export const digit = 1;
const [at, joint, point, letter] = [2, 4, 8, 16] as const;
/** The bits of each ASCII character; none for most. */
export const classes = new Uint8Array(256);
for (let code = 48; code <= 57; code += 1) classes[code] = digit;
for (const [characters, kind] of [
  ["@", at],
  ["-_", joint],
  [".", point],
  ["Az", letter],
] as const) {
  for (const character of characters) classes[character.charCodeAt(0)] = kind;
}

/** Looks at `codes` from `from` until `to` or a little further, and gives the index where it stopped. */
export function scan(codes: Uint8Array, from: number, to: number, length: number, into: Triggers): number {
  let index = from;
  while (index < to) {
    const kind = classes[codes[index] as number];
    if (kind === 0) index += 1;
    else if (kind === digit) index = digitChain(codes, index, length, into);
    else {
      mark(codes, index, length, into);
      index += 1;
    }
  }
  return index;
}

function mark(codes: Uint8Array, index: number, length: number, into: Triggers): void {
  const code = codes[index] as number;
  switch (classes[code]) {
    case at:
      into.ats.push(index);
      return;
    case joint:
      if (code === 45 && codes[index + 1] === 45 && beginsKey(codes, index)) into.keys.push(index);
      else if (prefixEndsAt(codes, index)) into.prefixes.push(index);
      return;
    case point:
      if (prefixEndsAt(codes, index)) into.prefixes.push(index);
      else if (mayEndHeader(codes, index, length)) into.jwts.push(index);
      return;
    default:
      // The prefixes that end in a letter: AKIA, ASIA, AIz.
      if (prefixEndsAt(codes, index)) into.prefixes.push(index);
  }
}

/**
 * Passes over digits in groups with up to three separators between (the detectors know no wider gaps), and notes them where the groups
 * could be a card (13 digits), an international number (8 after a +), three groups of a telephone or social-security number, or nine bare digits.
 */
function digitChain(codes: Uint8Array, first: number, length: number, into: Triggers): number {
  if (isIbanAt(codes, first - 2)) into.ibans.push(first - 2);
  let end = first;
  let digits = 0;
  let three = false;
  let nine = false;
  for (let next = first; next >= 0; next = nextGroup(codes, end, length)) {
    end = next;
    while (end < length && isDigit(codes[end])) end += 1;
    digits += end - next;
    if (end - next === 3) three = true;
    else if (end - next === 9) nine = true;
  }
  if (digits < 8) return end;
  const plus = codes[first - 1] === 43 || codes[first - 2] === 43;
  if (digits >= 13 || nine || (three && digits >= 9) || (plus && digits >= 8)) into.digits.push(first, end);
  return end;
}

/** The next digit within three separators after `end`, or -1. */
function nextGroup(codes: Uint8Array, end: number, length: number): number {
  for (let index = end; index < length && index <= end + 3; index += 1) {
    const code = codes[index] as number;
    if (isDigit(code)) return index;
    if (!isSeparator(code)) return -1;
  }
  return -1;
}

/** Space, tab, ( ) - . / */
function isSeparator(code: number): boolean {
  return code === 32 || code === 45 || code === 46 || code === 47 || code === 40 || code === 41 || code === 9;
}

/** A JWT's header is longer than this: {"alg":"none"} has 19 characters of base64url. */
const shortestHeader = 12;

function mayEndHeader(codes: Uint8Array, index: number, length: number): boolean {
  if (index < shortestHeader || index + 1 >= length || !isBase64Url(codes[index + 1] as number)) return false;
  for (let back = 1; back <= shortestHeader; back += 1) {
    if (!isBase64Url(codes[index - back] as number)) return false;
  }
  return true;
}

export function isBase64Url(code: number): boolean {
  return isDigit(code) || isAsciiLetter(code) || code === 45 || code === 95;
}

const begin = new Uint8Array(Buffer.from("-----BEGIN"));

function beginsKey(codes: Uint8Array, index: number): boolean {
  for (let at = 1; at < begin.length; at += 1) if (codes[index + at] !== begin[at]) return false;
  return true;
}
