import { isIP } from "node:net";
import { dot, isAsciiLetter, isDigit, isLetterOrDigit, take, textOf, type Taken } from "./digits.ts";

const colon = 58;
/** The longest textual form of an IPv6 address. */
const longest = 45;

/**
 * Finds IPv4 and IPv6 addresses (RFC 4291, section 2.2), also with a port or prefix length behind them. Parts of longer chains of digits and dots,
 * such as versions of five parts, are none. Linear: each run of address characters is looked at once.
 */
export function findAddresses(codes: Uint8Array, into: Taken[]): void {
  for (let start = 0; start < codes.length; start += 1) {
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
  if (end - start < 3 || end - start > longest + 6) return;
  const text = textOf(codes, start, end);
  const version = isIP(text);
  if (version !== 0) return take(codes, { start, end, kind: "ip" }, into);
  // 192.0.2.1:8080
  const port = /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/.exec(text)?.[1];
  if (port !== undefined && isIP(port) !== 0) take(codes, { start, end: start + port.length, kind: "ip" }, into);
}

function isPart(code: number | undefined): boolean {
  if (code === dot || code === colon || isDigit(code)) return true;
  return isAsciiLetter(code) && ((code as number) | 32) <= 102;
}
