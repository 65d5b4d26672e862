import { other } from "./folding.ts";
import type { DetectorName } from "./kinds.ts";

/** A detector's hit: `[start, end)` counts folded characters. */
export interface Match {
  readonly start: number;
  readonly end: number;
  readonly kind: DetectorName;
}

/** A match with what it took, as folded. */
export interface Taken extends Match {
  readonly found: string;
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

/** The codes of `[start, end)` as text, what is outside ASCII as it folds. */
export function textOf(codes: Uint8Array, start: number, end: number): string {
  return Buffer.from(codes.buffer, codes.byteOffset + start, end - start).toString("latin1");
}

/** Takes a match out of the text, so that no later detector finds it again. */
export function take(codes: Uint8Array, match: Match, into: Taken[]): void {
  into.push({ ...match, found: textOf(codes, match.start, match.end) });
  codes.fill(other, match.start, match.end);
}
