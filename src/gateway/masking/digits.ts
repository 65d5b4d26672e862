import { other } from "./folding.ts";

export type DetectorName = "card" | "ssn" | "email" | "phone";

/** A detector's hit: `[start, end)` counts folded characters. */
export interface Match {
  readonly start: number;
  readonly end: number;
  readonly kind: DetectorName;
}

export const hyphen = 45;
export const dot = 46;
const space = 32;
const tab = 9;

export function isDigit(code: number | undefined): boolean {
  return code !== undefined && code >= 48 && code <= 57;
}

export function isLetterOrDigit(code: number | undefined): boolean {
  return isDigit(code) || isAsciiLetter(code) || code === 0x81;
}

export function isAsciiLetter(code: number | undefined): boolean {
  return code !== undefined && ((code >= 65 && code <= 90) || (code >= 97 && code <= 122));
}

export function isSpace(code: number | undefined): boolean {
  return code === space || code === tab;
}

/** The index after the run of digits at `start`, looking at `most` at most. */
export function endOfDigits(codes: Uint8Array, start: number, most = Infinity): number {
  let end = start;
  while (end < codes.length && end - start < most && isDigit(codes[end])) end += 1;
  return end;
}

/** Takes a match out of the text, so that no later detector finds it again. */
export function take(codes: Uint8Array, match: Match, into: Match[]): void {
  codes.fill(other, match.start, match.end);
  into.push(match);
}
