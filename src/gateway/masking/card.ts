import { dot, endOfDigits, hyphen, isDigit, isSpace, take, type Taken } from "./digits.ts";
import { isInUuid } from "./uuid.ts";

const fewest = 13;
const most = 19;
const plus = 43;

/**
 * Finds card numbers: 13 to 19 digits, alone or in groups with single spaces or hyphens between, of a known issuer range and
 * with a valid check digit (ISO/IEC 7812-1). Groups as cards print them are found within longer runs of groups; any other grouping counts
 * where it is all there is, so that tables of small numbers stay whole. Looks within `[from, to)`. Linear: each group is the start of at most 19 digits.
 */
export function findCards(codes: Uint8Array, from: number, to: number, into: Taken[]): void {
  for (let at = from; at < to; at += 1) {
    if (!isDigit(codes[at])) continue;
    const groups = groupsAt(codes, at);
    findInGroups(codes, groups, into);
    at = groups.ends[groups.ends.length - 1] as number;
  }
}

/** Whether these are a card's digits; used for JSON numbers as well. */
export function isCardNumber(digits: Uint8Array): boolean {
  return digits.length >= fewest && digits.length <= most && hasCardPrefix(digits) && hasCheckDigit(digits);
}

/** A run of digit groups with one separator between each two. */
interface Groups {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

function groupsAt(codes: Uint8Array, first: number): Groups {
  const starts = [first];
  const ends = [endOfDigits(codes, first)];
  for (let end = ends[0] as number; isSeparator(codes[end]) && isDigit(codes[end + 1]);) {
    starts.push(end + 1);
    end = endOfDigits(codes, end + 1);
    ends.push(end);
  }
  return { starts, ends };
}

function findInGroups(codes: Uint8Array, groups: Groups, into: Taken[]): void {
  for (let first = 0; first < groups.starts.length; first += 1) {
    const last = longestCard(codes, groups, first);
    if (last < 0) continue;
    take(codes, { start: groups.starts[first] as number, end: groups.ends[last] as number, kind: "card" }, into);
    first = last;
  }
}

/** The last group of the longest card number that begins with group `first`, or -1. */
function longestCard(codes: Uint8Array, groups: Groups, first: number): number {
  const start = groups.starts[first] as number;
  // Within a row of numbers only a first group of four digits or more is printed as a card's.
  if (first > 0 && (groups.ends[first] as number) - start < 4) return -1;
  if (!canStart(codes, start)) return -1;
  const digits: number[] = [];
  let found = -1;
  let printed = true;
  for (let last = first; last < groups.starts.length; last += 1) {
    const [from, to] = [groups.starts[last] as number, groups.ends[last] as number];
    if (digits.length + to - from > most) break;
    if (last === first + 1) printed = (groups.ends[first] as number) - start >= 4;
    else if (last > first + 1) printed &&= (groups.ends[last - 1] as number) - (groups.starts[last - 1] as number) >= 3;
    for (let at = from; at < to; at += 1) digits.push(codes[at] as number);
    if (!printed && first > 0) break;
    const whole = first === 0 && last === groups.starts.length - 1;
    if (digits.length < fewest || (!printed && !whole)) continue;
    // After a + so few digits are a telephone number (ITU-T E.164).
    if (codes[start - 1] === plus && digits.length <= 15) continue;
    if (isCardNumber(Uint8Array.from(digits)) && !isInUuid(codes, start, to)) found = last;
  }
  return found;
}

/** Not the fraction of a decimal number, such as 0.4539578763621486. */
function canStart(codes: Uint8Array, start: number): boolean {
  return !(codes[start - 1] === dot && isDigit(codes[start - 2]));
}

/** Issuer ranges in use, with the lengths they have. */
function hasCardPrefix(digits: Uint8Array): boolean {
  const length = digits.length;
  const four = prefix(digits, 4);
  const two = Math.floor(four / 100);
  switch (Math.floor(four / 1000)) {
    case 2: // Mir, Mastercard
      return (four >= 2200 && four <= 2204) || (length === 16 && four >= 2221 && four <= 2720);
    case 3: // American Express; Diners Club; JCB
      if (two === 34 || two === 37) return length === 15;
      if (two === 30 || two === 36 || two === 38 || two === 39) return length >= 14;
      return length >= 16 && four >= 3528 && four <= 3589;
    case 4: // Visa
      return length === 13 || length === 16 || length === 19;
    case 5: // Mastercard; Maestro and national schemes
      return two <= 55 && two >= 51 ? length === 16 : (two <= 58 && length >= 16) || maestro.has(four);
    case 6: // Discover, UnionPay, RuPay, Maestro
      return length >= 16 || maestro.has(four);
    case 8: // UnionPay, RuPay
      return length >= 16 && (two === 81 || two === 82);
    case 9: // Troy
      return length === 16 && four === 9792;
    default:
      return false;
  }
}

/** Maestro's ranges may be as short as 13 digits. */
const maestro = new Set([5018, 5020, 5038, 5893, 6304, 6759, 6761, 6762, 6763]);

function prefix(digits: Uint8Array, length: number): number {
  let value = 0;
  for (let at = 0; at < length; at += 1) value = value * 10 + (digits[at] as number) - 48;
  return value;
}

/** ISO/IEC 7812-1, annex B (Luhn). */
function hasCheckDigit(digits: Uint8Array): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = (digits[digits.length - 1 - at] as number) - 48;
    sum += at % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
  }
  return sum % 10 === 0;
}

function isSeparator(code: number | undefined): boolean {
  return isSpace(code) || code === hyphen;
}
