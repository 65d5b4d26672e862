import type { Json } from "./json.ts";

export type StrictJson = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly reason: string };

/** How deep objects and arrays may nest in one message. */
const deepestNesting = 200;

/**
 * Parses JSON that means the same to every parser (rule 3): refuses members named twice, numbers that a double cannot hold
 * exactly as written, and nesting deeper than `deepestNesting`. Reasons never quote the text. Linear in its length.
 */
export function parseStrictJson(text: string): StrictJson {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return { ok: false, reason: "The text is not valid JSON." };
  }
  const scan = scanJson(text);
  if (!scan.ok) return scan;
  // JSON.parse keeps the last of equally named members, so each of the others is a member less in the value than in the text.
  if (countMembers(value) !== scan.members) {
    return { ok: false, reason: "An object has two members of the same name; send each name once." };
  }
  return { ok: true, value };
}

type Scan = { readonly ok: true; readonly members: number } | { readonly ok: false; readonly reason: string };

/** One pass over valid JSON text: counts members (colons outside strings), judges numbers and depth. */
function scanJson(text: string): Scan {
  let members = 0;
  let depth = 0;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at = endOfString(text, at);
    } else if (code === minus || isDigit(code)) {
      const end = endOfNumber(text, at + 1);
      if (!roundTrips(text, at, end)) return { ok: false, reason: numberReason };
      at = end;
    } else {
      if (code === colon) members += 1;
      else if (code === brace || code === bracket) depth += 1;
      else if (code === braceEnd || code === bracketEnd) depth -= 1;
      if (depth > deepestNesting) return { ok: false, reason: depthReason };
      at += 1;
    }
  }
  return { ok: true, members };
}

/** The index after the string that begins at `start`. Backslashes are counted once each, so many escaped quotes stay linear. */
export function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end > 0) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === backslash) backslashes += 1;
    if (backslashes % 2 === 0) return end + 1;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
}

/** The index after the number whose second character is at `at`. */
export function endOfNumber(text: string, at: number): number {
  let end = at;
  while (end < text.length && isNumberPart(text.charCodeAt(end))) end += 1;
  return end;
}

function roundTrips(text: string, start: number, end: number): boolean {
  // A double gives back every decimal of 15 significant digits (DBL_DIG) within its normal range; e99 and e-9 lie well within.
  if (end - start <= 15 && end - exponentIn(text, start, end) <= 3) return true;
  const token = text.slice(start, end);
  const number = Number(token);
  return Number.isFinite(number) && decimal(token) === decimal(String(number));
}

/** The index of the exponent's letter, or `end`. */
function exponentIn(text: string, start: number, end: number): number {
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 69 || code === 101) return at;
  }
  return end;
}

/** A decimal number in one spelling, so that 1.0, 1e0 and 1 are equal: sign, digits without outer zeros, power of ten. */
function decimal(token: string): string {
  const exponentAt = Math.max(token.indexOf("e"), token.indexOf("E"));
  const mantissa = exponentAt < 0 ? token : token.slice(0, exponentAt);
  const negative = mantissa.startsWith("-");
  const pointAt = mantissa.indexOf(".");
  const digits = mantissa.replace(".", "").slice(negative ? 1 : 0);
  let first = 0;
  while (digits.charCodeAt(first) === zero) first += 1;
  if (first === digits.length) return "0";
  let last = digits.length;
  while (digits.charCodeAt(last - 1) === zero) last -= 1;
  const fraction = pointAt < 0 ? 0 : mantissa.length - pointAt - 1;
  const exponent = exponentAt < 0 ? 0 : Number(token.slice(exponentAt + 1));
  return `${negative ? "-" : ""}${digits.slice(first, last)}e${exponent - fraction + (digits.length - last)}`;
}

function countMembers(value: Json): number {
  const open: Json[] = [value];
  let members = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== "object" || next === null) continue;
    const inner: readonly Json[] = Array.isArray(next) ? next : Object.values(next);
    if (!Array.isArray(next)) members += inner.length;
    for (const child of inner) if (typeof child === "object" && child !== null) open.push(child);
  }
  return members;
}

function isDigit(code: number): boolean {
  return code >= zero && code <= 57;
}

function isNumberPart(code: number): boolean {
  return isDigit(code) || code === minus || code === 43 || code === 46 || code === 69 || code === 101;
}

const numberReason = "A number does not survive parsing as written; send it as a string, or with fewer digits.";
const depthReason = `The value nests deeper than ${deepestNesting} levels.`;
const quote = 34;
const minus = 45;
const zero = 48;
const colon = 58;
const bracket = 91;
const backslash = 92;
const bracketEnd = 93;
const brace = 123;
const braceEnd = 125;
