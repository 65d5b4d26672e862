import { isIP } from "node:net";
import { dot, isAsciiLetter, isDigit, isLetterOrDigit, take, textOf, type Taken } from "./digits.ts";
import type { Sliced } from "../../shared/slices.ts";

const colon = 58;
/** The longest textual form of an IPv6 address. */
const longest = 45;

/** How many characters are looked at between two yields. */
const slice = 32_768;

/** Whether a short text has what every address has: two digits about a dot, or two colons with at most four digits between. */
export function mayHoldAddress(text: string): boolean {
  return /\d\.\d|:[\da-f]{0,4}:/i.test(text);
}

/**
 * Finds IPv4 and IPv6 addresses (RFC 4291, section 2.2), also with a port or prefix length behind them. Parts of longer chains of digits and dots,
 * such as versions of five parts, are none. Linear: each run of address characters is looked at once. Yields now and then.
 */
export function* findAddresses(codes: Uint8Array, into: Taken[]): Sliced<void> {
  let looked = 0;
  for (let start = 0; start < codes.length; start += 1) {
    if (start - looked >= slice) {
      looked = start;
      yield;
    }
    if (!isPart(codes[start])) continue;
    let end = start;
    while (end < codes.length && isPart(codes[end])) end += 1;
    // A run that touches other letters is a word of a program: std::abs
    if (!isLetterOrDigit(codes[start - 1]) && !isLetterOrDigit(codes[end])) findInRun(codes, start, end, into);
    start = end;
  }
}

function findInRun(codes: Uint8Array, first: number, last: number, into: Taken[]): void {
  let [start, end] = [first, last];
  while (end > start && (codes[end - 1] === dot || (codes[end - 1] === colon && codes[end - 2] !== colon))) end -= 1;
  while (start < end && (codes[start] === dot || (codes[start] === colon && codes[start + 1] !== colon))) start += 1;
  if (end - start < 3 || end - start > longest + 6 || !isJoined(codes, start, end)) return;
  const text = textOf(codes, start, end);
  const version = isIP(text);
  if (version !== 0) return take(codes, { start, end, kind: "ip" }, into);
  // 192.0.2.1:8080
  const port = /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/.exec(text)?.[1];
  if (port !== undefined && isIP(port) !== 0) take(codes, { start, end: start + port.length, kind: "ip" }, into);
}

/** Whether it has the three dots of an IPv4 address or the two colons that an IPv6 address has at least. */
function isJoined(codes: Uint8Array, start: number, end: number): boolean {
  let [dots, colons] = [0, 0];
  for (let at = start; at < end; at += 1) {
    if (codes[at] === dot) dots += 1;
    else if (codes[at] === colon) colons += 1;
  }
  return dots >= 3 || colons >= 2;
}

function isPart(code: number | undefined): boolean {
  if (code === dot || code === colon || isDigit(code)) return true;
  return isAsciiLetter(code) && ((code as number) | 32) <= 102;
}
