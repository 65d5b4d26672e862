import { findCards, isCardNumber } from "./card.ts";
import { findEmail } from "./email.ts";
import { fold, type Folded } from "./folding.ts";
import { findIban } from "./iban.ts";
import { findAddresses, mayHoldAddress } from "./ip.ts";
import { findJwt } from "./jwt.ts";
import type { Taken } from "./digits.ts";
import type { DetectorName, MaskMode } from "./kinds.ts";
import type { Pattern } from "./patterns.ts";
import { findPhones } from "./phone.ts";
import { findPrivateKey, placesOfEnds } from "./private-key.ts";
import { atOnce, type Sliced } from "../../shared/slices.ts";
import { joined, markOf, spotOf, type Spot } from "./spots.ts";
import { findSocialSecurityNumbers } from "./ssn.ts";
import { findToken } from "./token-prefixes.ts";
import { classes, digit, isQuiet, noTriggers, scan, type Triggers } from "./triggers.ts";

/** What is looked for, and how each find is hidden. */
export interface Detectors {
  readonly modes: ReadonlyMap<DetectorName, MaskMode>;
  readonly patterns: readonly Pattern[];
  /** The keyed name of a value. */
  readonly pseudonym: (value: string) => string;
}

/** A text with its matches masked; `kinds` names the detector of each, in order. `drop`: all of it was one match that is to be left out. */
export interface MaskedText {
  readonly text: string;
  readonly kinds: readonly string[];
  readonly drop: boolean;
}

/**
 * Masks what the detectors find in a text, and the values of fields that are `named` in it. `labelled` says that the member's name speaks of social-security numbers. Null where nothing
 * was found.
 */
export function maskText(
  text: string,
  detectors: Detectors,
  labelled: boolean,
  named: readonly Spot[] = [],
): MaskedText | null {
  if (named.length === 0 && isPlain(text, detectors)) return null;
  return atOnce(maskTextSlowly(text, detectors, labelled, named));
}

/** The same, yielding now and then. */
export function* maskTextSlowly(
  text: string,
  detectors: Detectors,
  labelled: boolean,
  named: readonly Spot[] = [],
): Sliced<MaskedText | null> {
  const found = yield* detectorSpots(text, detectors, labelled);
  const spots = yield* joined([named, patternSpots(text, detectors), found]);
  if (spots.length === 0) return null;
  let masked = "";
  const kinds: string[] = [];
  let from = 0;
  for (const spot of spots) {
    const { quote = "", kind } = spot;
    masked += `${text.slice(from, spot.start)}${quote}${markOf(spot, text, detectors.pseudonym)}${quote}`;
    from = spot.end;
    kinds.push(kind);
    if (kinds.length % sliceOfSpots === 0) yield;
  }
  const [first] = spots;
  const drop = first?.mode === "drop" && spots.length === 1 && first.start === 0 && first.end === text.length;
  return { text: masked + text.slice(from), kinds, drop };
}

/** The longest text that is looked at here rather than folded. */
const longestPlain = 4096;
/** Used again as long as it stays empty. */
let quiet = noTriggers();
const scratch = new Uint8Array(longestPlain + 16);

/** The classes, and a bit for what has to be looked at more closely: a backslash, or a control character that text doesn't have. */
const odd = 128;
const looks = classes.map((kind, code) => (code === 92 || (code < 32 && ![9, 10, 13].includes(code)) ? odd : kind));

/**
 * Whether one quick look at `[from, to)` of a text shows that no detector has anything to find in it. False also for all that isn't ASCII without
 * backslashes, which has to be looked at more closely.
 */
export function isPlain(text: string, { modes, patterns }: Detectors, from = 0, to = text.length): boolean {
  const length = to - from;
  if (patterns.length > 0 || length > longestPlain) return false;
  if (modes.has("ip") && mayHoldAddress(text.slice(from, to))) return false;
  let found = 0;
  let digits = 0;
  for (let at = 0; at < length; at += 1) {
    const code = text.charCodeAt(from + at);
    if (code > 126) return false;
    scratch[at] = code;
    const kind = looks[code] as number;
    found |= kind;
    digits += kind & digit;
  }
  if ((found & odd) !== 0) return false;
  // An IBAN has 15 characters at least, a number that is looked for 8 digits.
  if ((found & ~digit) === 0 && (digits < 2 || (digits < 8 && length < 15))) return true;
  scratch[length] = 0;
  scan(scratch, 0, length, length, quiet);
  if (isQuiet(quiet)) return true;
  quiet = noTriggers();
  return false;
}

/** The mark for a JSON number, as written, that is a card or a labelled social-security number; null for any other. */
export function maskNumber(token: string, detectors: Detectors, labelled: boolean): MaskedText | null {
  const digits = wholeDigits(token);
  if (digits.length < 9 || digits.length > 19 || !/^\d+$/.test(digits)) return patternedNumber(token, detectors);
  const card = detectors.modes.has("card") && isCardNumber(Buffer.from(digits, "latin1"));
  const found = card || (labelled && digits.length === 9) ? maskText(digits, detectors, true) : null;
  return found ?? patternedNumber(token, detectors);
}

/** A number's digits without its sign. Programs write whole numbers with a fraction of nothing, or an exponent, as well. */
function wholeDigits(token: string): string {
  const digits = token.startsWith("-") ? token.slice(1) : token;
  if (/^\d+$/.test(digits)) return digits;
  const value = Number(digits);
  return Number.isSafeInteger(value) ? String(value) : digits;
}

function patternedNumber(token: string, detectors: Detectors): MaskedText | null {
  return detectors.patterns.length === 0 ? null : maskText(token, { ...detectors, modes: new Map() }, false);
}

function patternSpots(text: string, { patterns }: Detectors): readonly Spot[] {
  return patterns.flatMap(({ name, mode, places }) =>
    Array.from(places(text), ([start, end]) => ({ start, end, kind: name, mode, found: text.slice(start, end) })),
  );
}

function* detectorSpots(text: string, { modes }: Detectors, labelled: boolean): Sliced<readonly Spot[]> {
  if (modes.size === 0) return [];
  const folded = yield* fold(text);
  const matches = yield* findAll(folded.codes, modes, labelled);
  const spots: Spot[] = [];
  for (const match of matches) {
    spots.push(spotOf(folded, match, modes.get(match.kind) ?? "redact", text));
    if (spots.length % sliceOfSpots === 0) yield;
  }
  return spots;
}

/** How many characters, and how many places, are looked at between two yields. */
const [sliceOfText, sliceOfPlaces, sliceOfSpots] = [32_768, 128, 1024];
/** What could be a JWT costs a parser each. */
const placesOfJwts = 4;

/** Each detector takes what it finds, so the order decides whose a doubtful match is: what is surest comes first. */
function* findAll(
  codes: Folded["codes"],
  wanted: ReadonlyMap<DetectorName, MaskMode>,
  labelled: boolean,
): Sliced<readonly Taken[]> {
  const into: Taken[] = [];
  const triggers = yield* allTriggers(codes);
  const { keys, jwts, prefixes, ibans, digits, ats } = triggers;
  if (keys.length > 0 && wanted.has("private-key")) {
    const ends = yield* placesOfEnds(codes);
    yield* each(keys, 1, (at) => findPrivateKey(codes, at, ends, into));
  }
  if (wanted.has("jwt")) yield* each(jwts, 1, (at) => findJwt(codes, at, into), placesOfJwts);
  if (wanted.has("token")) yield* each(prefixes, 1, (at) => findToken(codes, at, into));
  if (wanted.has("iban")) yield* each(ibans, 1, (at) => findIban(codes, at, into));
  if (wanted.has("card")) yield* each(digits, 2, (from, to) => findCards(codes, from, to, into));
  if (wanted.has("ssn"))
    yield* each(digits, 2, (from, to) => findSocialSecurityNumbers(codes, from, to, labelled, into));
  if (wanted.has("email")) yield* each(ats, 1, (at) => findEmail(codes, at, into));
  if (wanted.has("phone")) yield* each(digits, 2, (from, to) => findPhones(codes, Math.max(0, from - 2), to, into));
  if (wanted.has("ip")) yield* findAddresses(codes, into);
  return into;
}

function* allTriggers(codes: Uint8Array): Sliced<Triggers> {
  const triggers = noTriggers();
  for (let at = 0; at < codes.length;) {
    at = scan(codes, at, Math.min(codes.length, at + sliceOfText), codes.length, triggers);
    if (at < codes.length) yield;
  }
  return triggers;
}

/** Calls `find` with each `width` places. */
function* each(
  places: readonly number[],
  width: 1 | 2,
  find: (one: number, two: number) => void,
  slice = sliceOfPlaces,
): Sliced<void> {
  for (let at = 0; at < places.length; at += width) {
    if (at > 0 && at % slice === 0) yield;
    find(places[at] as number, places[at + 1] ?? 0);
  }
}
