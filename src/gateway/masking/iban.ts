import { hyphen, isAsciiLetter, isDigit, isLetterOrDigit, isSpace, take, textOf, type Taken } from "./digits.ts";

/** Country and length of each IBAN in use (SWIFT, IBAN Registry). */
const registry =
  "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 " +
  "GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 " +
  "MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 " +
  "TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30";

/** The length by country, as `(letter - A) * 26 + (letter - A)`; 0 for none. */
const lengths = new Uint8Array(26 * 26);
for (const entry of registry.split(" ")) {
  lengths[place(entry.charCodeAt(0), entry.charCodeAt(1))] = Number(entry.slice(2));
}

/** Whether an IBAN begins at `start`. */
export function isIbanAt(codes: Uint8Array, start: number): boolean {
  return endOfIban(codes, start) > 0;
}

/**
 * Takes the IBAN that begins at `start`, if there is one: of its country's length, with valid check digits (ISO 13616, mod 97), alone or in
 * groups with single spaces or hyphens between, and no part of a longer word.
 */
export function findIban(codes: Uint8Array, start: number, into: Taken[]): void {
  const end = endOfIban(codes, start);
  if (end > 0) take(codes, { start, end, kind: "iban" }, into);
}

function endOfIban(codes: Uint8Array, start: number): number {
  const one = codes[start];
  const two = codes[start + 1];
  if (!isAsciiLetter(two) || !isAsciiLetter(one) || isLetterOrDigit(codes[start - 1])) return -1;
  if (!isDigit(codes[start + 2]) || !isDigit(codes[start + 3])) return -1;
  const length = lengths[place(one as number, two as number)] as number;
  const end = length === 0 ? -1 : endOfCharacters(codes, start, length);
  return end > 0 && !isLetterOrDigit(codes[end]) && remainder(textOf(codes, start, end)) === 1 ? end : -1;
}

function endOfCharacters(codes: Uint8Array, start: number, length: number): number {
  let at = start;
  for (let count = 0; count < length; at += 1) {
    const code = codes[at];
    if (isDigit(code) || isAsciiLetter(code)) count += 1;
    else if (!(isSpace(code) || code === hyphen) || !isLetterOrDigit(codes[at + 1])) return -1;
  }
  return at;
}

/** ISO 7064, MOD 97-10: the first four characters go last, letters count from A = 10. */
function remainder(text: string): number {
  const plain = text.replace(/[^0-9A-Za-z]/g, "");
  let rest = 0;
  for (const character of plain.slice(4) + plain.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}

function place(one: number, two: number): number {
  return ((one | 32) - 97) * 26 + (two | 32) - 97;
}
