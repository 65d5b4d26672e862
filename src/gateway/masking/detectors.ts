import { findCards, isCardNumber } from "./card.ts";
import { isDigit, type DetectorName, type Match } from "./digits.ts";
import { findEmails } from "./email.ts";
import { fold, type Folded } from "./folding.ts";
import { maskMark } from "./marks.ts";
import { findPhones } from "./phone.ts";
import { findSocialSecurityNumbers } from "./ssn.ts";

/** A text with its matches masked; `kinds` names the detector of each, in order. */
export interface MaskedText {
  readonly text: string;
  readonly kinds: readonly DetectorName[];
}

/**
 * Masks what the detectors find in a text: a card or social-security number keeps its last four digits, a telephone number its last two, an
 * e-mail address its domain. `labelled` says that the member's name speaks of social-security numbers. Null where nothing was found.
 */
export function maskText(text: string, detectors: ReadonlySet<DetectorName>, labelled: boolean): MaskedText | null {
  if (detectors.size === 0 || !/[\d@]|[^\t\n\r -~]/.test(text)) return null;
  const matches = findAll(fold(text).codes, detectors, labelled);
  if (matches.length === 0) return null;
  const folded = fold(text);
  let masked = "";
  let from = 0;
  for (const match of matches) {
    masked += text.slice(from, startOf(folded, match.start)) + markOf(match, text, folded);
    from = endOf(folded, match.end);
  }
  return { text: masked + text.slice(from), kinds: matches.map((match) => match.kind) };
}

/** The mark for a JSON number, as written, that is a card or a labelled social-security number; null for any other. */
export function maskNumber(
  token: string,
  detectors: ReadonlySet<DetectorName>,
  labelled: boolean,
): { readonly text: string; readonly kind: DetectorName } | null {
  const digits = token.startsWith("-") ? token.slice(1) : token;
  if (digits.length < 9 || digits.length > 19 || !/^\d+$/.test(digits)) return null;
  if (detectors.has("card") && isCardNumber(Buffer.from(digits, "latin1"))) {
    return { text: maskMark + digits.slice(-4), kind: "card" };
  }
  const found = labelled && digits.length === 9 && detectors.has("ssn") ? maskText(digits, ssnOnly, true) : null;
  return found === null ? null : { text: found.text, kind: "ssn" };
}

const ssnOnly: ReadonlySet<DetectorName> = new Set(["ssn"]);

/** Each detector takes what it finds, so the order decides whose a doubtful match is. */
function findAll(codes: Uint8Array, detectors: ReadonlySet<DetectorName>, labelled: boolean): readonly Match[] {
  const matches: Match[] = [];
  const digits = countDigits(codes, 13);
  if (digits >= 13 && detectors.has("card")) findCards(codes, matches);
  if (digits >= 9 && detectors.has("ssn")) findSocialSecurityNumbers(codes, labelled, matches);
  if (detectors.has("email")) findEmails(codes, matches);
  if (digits >= 8 && detectors.has("phone")) findPhones(codes, matches);
  return matches.sort((one, two) => one.start - two.start);
}

/** How many digits there are, counting no further than `enough`. */
function countDigits(codes: Uint8Array, enough: number): number {
  let count = 0;
  for (let at = 0; at < codes.length && count < enough; at += 1) if (isDigit(codes[at])) count += 1;
  return count;
}

function markOf(match: Match, text: string, folded: Folded): string {
  switch (match.kind) {
    case "card":
    case "ssn":
      return maskMark + lastDigits(folded.codes, match, 4);
    case "phone":
      return maskMark + lastDigits(folded.codes, match, 2);
    case "email":
      return maskMark + text.slice(startOf(folded, folded.codes.indexOf(64, match.start)), endOf(folded, match.end));
    default:
      return match.kind satisfies never;
  }
}

function lastDigits(codes: Uint8Array, match: Match, count: number): string {
  const digits = String.fromCharCode(...codes.subarray(match.start, match.end)).replace(/\D/g, "");
  return digits.slice(-count);
}

function startOf(folded: Folded, index: number): number {
  return folded.spans === null ? index : (folded.spans.starts[index] as number);
}

function endOf(folded: Folded, index: number): number {
  return folded.spans === null ? index : (folded.spans.ends[index - 1] as number);
}
