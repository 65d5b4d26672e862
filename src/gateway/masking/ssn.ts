import { endOfDigits, hyphen, isDigit, isSpace, take, type Taken } from "./digits.ts";

/**
 * Finds US social-security numbers written AAA-GG-SSSS with hyphens or spaces, and nine bare digits only where a label says what
 * they are (within `[from, to)`): `ssn` or `social security` shortly before them, or in the member's name (`labelled`). Ranges never assigned are left out
 * (20 CFR 422.103; SSA, "SSN randomization").
 */
export function findSocialSecurityNumbers(
  codes: Uint8Array,
  from: number,
  to: number,
  labelled: boolean,
  into: Taken[],
): void {
  for (let at = from; at < to;) {
    if (!isDigit(codes[at])) {
      at += 1;
      continue;
    }
    const end = endOfDigits(codes, at);
    const stop = end - at === 3 ? endOfGroups(codes, end) : end - at === 9 ? end : -1;
    const bare = stop === end;
    if (stop > 0 && isAssigned(codes, at, stop) && (!bare || labelled || hasLabelBefore(codes, at))) {
      take(codes, { start: at, end: stop, kind: "ssn" }, into);
      at = stop;
    } else at = end;
  }
}

/** Whether a name or a few words say that social-security numbers follow: `ssn`, `customerSsn`, `social_security_number`. */
export function speaksOfSocialSecurity(text: string): boolean {
  const words = text
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z]+/);
  return words.includes("ssn") || (words.includes("social") && words.includes("security"));
}

/** The index after `-GG-SSSS` at `at`, or -1. */
function endOfGroups(codes: Uint8Array, at: number): number {
  if (!isSeparator(codes[at]) || endOfDigits(codes, at + 1) !== at + 3) return -1;
  if (!isSeparator(codes[at + 3]) || endOfDigits(codes, at + 4, 5) !== at + 8) return -1;
  return at + 8;
}

function isAssigned(codes: Uint8Array, start: number, end: number): boolean {
  const digits = String.fromCharCode(...codes.subarray(start, end)).replace(/\D/g, "");
  const area = digits.slice(0, 3);
  if (area === "000" || area === "666" || area.startsWith("9")) return false;
  return digits.slice(3, 5) !== "00" && digits.slice(5) !== "0000";
}

/** How far before nine bare digits a label counts. */
const labelReach = 40;

function hasLabelBefore(codes: Uint8Array, at: number): boolean {
  const before = codes.subarray(Math.max(0, at - labelReach), at);
  // Both labels hold an S; most numbers have none before them.
  if (!before.includes(83) && !before.includes(115)) return false;
  return speaksOfSocialSecurity(String.fromCharCode(...before));
}

function isSeparator(code: number | undefined): boolean {
  return isSpace(code) || code === hyphen;
}
