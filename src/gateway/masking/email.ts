import { dot, hyphen, isAsciiLetter, isDigit, isLetterOrDigit, take, type Taken } from "./digits.ts";
import { letter } from "./folding.ts";

const at = 64;
/** The marks that addresses really use before the @, besides letters and digits: . _ % + - ' & # ! ~ */
const localMarks = new Set(Buffer.from(".-_%+'&#!~"));

/**
 * Takes the e-mail address around the @ at `sign`, if there is one: a local part, @, and a domain of two labels or more whose last holds no
 * digit alone. Linear over all of a text: on both sides the search ends at the next @ at the latest.
 */
export function findEmail(codes: Uint8Array, sign: number, into: Taken[]): void {
  if (codes[sign] !== at) return;
  const start = startOfLocal(codes, sign);
  const end = endOfDomain(codes, sign + 1);
  if (start < sign && end > 0) take(codes, { start, end, kind: "email" }, into);
}

function startOfLocal(codes: Uint8Array, sign: number): number {
  let start = sign;
  while (start > 0 && (isLetterOrDigit(codes[start - 1]) || localMarks.has(codes[start - 1] as number))) start -= 1;
  // Punctuation in front of an address, 'quoted@mail.example', is not part of it.
  while (start < sign && !isLetterOrDigit(codes[start]) && codes[start] !== 95) start += 1;
  return start;
}

/** The index after the domain at `from`, or -1. */
function endOfDomain(codes: Uint8Array, from: number): number {
  let end = from;
  while (end < codes.length && isDomainPart(codes, end, from)) end += 1;
  while (end > from && !isLetterOrDigit(codes[end - 1])) end -= 1;
  const lastDot = codes.subarray(from, end).lastIndexOf(dot);
  if (lastDot <= 0 || end - from - lastDot < 3) return -1;
  const top = codes[from + lastDot + 1];
  return isAsciiLetter(top) || top === letter ? end : -1;
}

function isDomainPart(codes: Uint8Array, index: number, from: number): boolean {
  const code = codes[index];
  if (code === dot) return index > from && codes[index - 1] !== dot;
  return code === hyphen || isAsciiLetter(code) || isDigit(code) || code === letter;
}
