import { hyphen, isDigit, isLetterOrDigit } from "./digits.ts";

const length = 36;
/** Where the groups of a UUID start, 8-4-4-4-12 (RFC 9562, section 4). */
const groupStarts = [0, 9, 14, 19, 24];
const hyphens = new Set([8, 13, 18, 23]);

/** Whether `[start, end)`, beginning at a group of digits, lies within a UUID. */
export function isInUuid(codes: Uint8Array, start: number, end: number): boolean {
  return groupStarts.some((offset) => end <= start - offset + length && isUuidAt(codes, start - offset));
}

function isUuidAt(codes: Uint8Array, start: number): boolean {
  if (start < 0 || isLetterOrDigit(codes[start - 1]) || isLetterOrDigit(codes[start + length])) return false;
  for (let at = 0; at < length; at += 1) {
    const code = codes[start + at];
    if (hyphens.has(at) ? code !== hyphen : !isHex(code)) return false;
  }
  return true;
}

function isHex(code: number | undefined): boolean {
  return isDigit(code) || (code !== undefined && ((code >= 65 && code <= 70) || (code >= 97 && code <= 102)));
}
