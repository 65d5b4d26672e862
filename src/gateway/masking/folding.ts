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

/** Folds a text; linear in its length. */
export function fold(text: string): Folded {
  if (!/[^\t\n\r -~]/.test(text)) return { codes: asciiCodes(text), spans: null };
  const codes = new Uint8Array(text.length);
  const starts = new Uint32Array(text.length);
  const ends = new Uint32Array(text.length);
  let length = 0;
  for (let at = 0; at < text.length;) {
    const point = text.codePointAt(at) ?? 0;
    const width = point > 0xffff ? 2 : 1;
    const code = foldPoint(point);
    if (code !== vanishes) {
      codes[length] = code;
      starts[length] = at;
      ends[length] = at + width;
      length += 1;
    }
    at += width;
  }
  return { codes: codes.subarray(0, length), spans: { starts, ends } };
}

function asciiCodes(text: string): Uint8Array {
  const buffer = Buffer.from(text, "latin1");
  // A plain view: Buffer's own indexOf is slower for single bytes.
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

/** What the characters of the basic plane fold to, each looked at once in the life of the process. */
const known = new Uint8Array(0x10000).fill(unseen);

function foldPoint(point: number): number {
  if (point > 0xffff) return classify(point);
  const code = known[point] as number;
  if (code !== unseen) return code;
  return (known[point] = classify(point));
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
