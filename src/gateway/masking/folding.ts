import type { Sliced } from "../../shared/slices.ts";
import { occurs } from "./occurs.ts";

/**
 * A text as the detectors read it: one byte a character, ASCII as such, other characters by what they stand for. Digits of any
 * script, full-width forms, typographic hyphens and spaces become their ASCII twins; invisible characters vanish.
 */
export interface Folded {
  /** ASCII codes, `letter` or `other`. The detectors overwrite what they have found. */
  readonly codes: Uint8Array;
  /** Where each code's character starts and ends in the text; null where both count alike. */
  readonly spans: { readonly starts: Uint32Array; readonly ends: Uint32Array } | null;
}

/** A letter outside ASCII. */
export const letter = 0x81;
/** Anything else outside ASCII, and what a detector has taken. */
export const other = 0x80;
const vanishes = 0xfe;
const unseen = 0xff;

/** How many characters are folded between two places where other work may go on. */
const slice = 32_768;
const sliceOfAscii = 131_072;

/** Folds a text; linear in its length. Yields now and then. */
export function* fold(text: string): Sliced<Folded> {
  if (!(yield* occurs(/[^\t\n\r -~]/, text, 1))) return { codes: yield* asciiCodes(text), spans: null };
  const folding = new Folding(text);
  while (!folding.advance(slice)) yield;
  return folding.folded();
}

/** Spans are kept only once a character vanishes or takes two units: most texts have neither. */
class Folding {
  readonly #text: string;
  readonly #codes: Uint8Array;
  #spans: { readonly starts: Uint32Array; readonly ends: Uint32Array } | null = null;
  /** As many spans before the first that differs are filled in. */
  #filled = 0;
  #same = 0;
  #at = 0;
  #length = 0;

  constructor(text: string) {
    this.#text = text;
    this.#codes = new Uint8Array(text.length);
  }

  /** Folds so many characters more; whether that was all. */
  advance(count: number): boolean {
    const text = this.#text;
    if (this.#filled < this.#same) return this.#fill(count);
    const to = Math.min(text.length, this.#at + count);
    while (this.#at < to) {
      const unit = text.charCodeAt(this.#at);
      const wide = unit >= 0xd800 && unit <= 0xdbff;
      const point = wide ? (text.codePointAt(this.#at) ?? 0) : unit;
      this.#push(foldPoint(point), point > 0xffff ? 2 : 1);
    }
    return this.#at >= text.length && this.#filled >= this.#same;
  }

  /** Fills in so many spans of those that folded one to one. Never the end: what else there is, the next step shows. */
  #fill(count: number): false {
    const to = Math.min(this.#same, this.#filled + count);
    for (; this.#spans !== null && this.#filled < to; this.#filled += 1) {
      this.#spans.starts[this.#filled] = this.#filled;
      this.#spans.ends[this.#filled] = this.#filled + 1;
    }
    return false;
  }

  folded(): Folded {
    return { codes: this.#codes.subarray(0, this.#length), spans: this.#spans };
  }

  #push(code: number, width: number): void {
    if (this.#spans === null && (code === vanishes || width > 1)) {
      const { length } = this.#text;
      this.#spans = { starts: new Uint32Array(length), ends: new Uint32Array(length) };
      this.#same = this.#length;
    }
    if (code !== vanishes) {
      this.#codes[this.#length] = code;
      if (this.#spans !== null) {
        this.#spans.starts[this.#length] = this.#at;
        this.#spans.ends[this.#length] = this.#at + width;
      }
      this.#length += 1;
    }
    this.#at += width;
  }
}

/** The codes of a text of ASCII alone, as a plain array: code that sees two kinds of arrays runs slower. */
export function* asciiCodes(text: string): Sliced<Uint8Array> {
  if (text.length <= sliceOfAscii) {
    const buffer = Buffer.from(text, "latin1");
    return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
  }
  const codes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += sliceOfAscii) {
    codes.set(Buffer.from(text.slice(at, at + sliceOfAscii), "latin1"), at);
    yield;
  }
  return codes;
}

/** What the characters of the basic plane fold to, each looked at once in the life of the process. */
const known = new Uint8Array(0x10000).fill(unseen);

/** The same for the others, as far as there is room. */
const knownWide = new Map<number, number>();
const mostWide = 10_000;

function foldPoint(point: number): number {
  if (point > 0xffff) return foldWide(point);
  const code = known[point] as number;
  if (code !== unseen) return code;
  return (known[point] = classify(point));
}

function foldWide(point: number): number {
  const code = knownWide.get(point);
  if (code !== undefined) return code;
  const folded = classify(point);
  if (knownWide.size < mostWide) knownWide.set(point, folded);
  return folded;
}

function classify(point: number): number {
  const character = String.fromCodePoint(point);
  if (point < 0x80) return /[\t\n\r -~]/.test(character) ? point : vanishes;
  // Zero-width, bidi and other controls, marks that combine with the digit before them (keycaps, underlines).
  if (/[\p{Cc}\p{Cf}\p{Mn}\p{Me}\p{Default_Ignorable_Code_Point}]/u.test(character)) return vanishes;
  const plain = character.normalize("NFKC");
  if (plain.length === 1 && plain.charCodeAt(0) < 0x80) return plain.charCodeAt(0);
  if (/\p{Nd}/u.test(character)) return 48 + digitValue(point);
  if (/[\p{Pd}\u2212\u2043\u02d7]/u.test(character)) return 45;
  if (/\p{Zs}/u.test(character)) return 32;
  return /\p{L}/u.test(character) ? letter : other;
}

/** Decimal digits stand in runs of ten in ascending order (Unicode Standard, section 4.6). */
function digitValue(point: number): number {
  let before = 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(point - before - 1))) before += 1;
  return before % 10;
}
