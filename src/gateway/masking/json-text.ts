import type { Json } from "../../shared/json.ts";
import { endOfNumber, endOfString } from "../../shared/strict-json.ts";
import { isPlain, type Detectors } from "./detectors.ts";
import { asciiCodes } from "./folding.ts";
import { mayBeJson } from "./json-syntax.ts";
import type { Fields } from "./fields.ts";
import type { MaskMode } from "./kinds.ts";
import type { NameFacts, Names } from "./names.ts";
import type { Sliced } from "../../shared/slices.ts";
import { occurs } from "./occurs.ts";
import { isQuiet, noTriggers, scan } from "./triggers.ts";

/** What JSON text needs of the walk it is part of. */
export interface JsonTextWalk {
  readonly rules: { readonly names: Names; readonly detectors: Detectors };
  string(text: string, labelled: boolean): Sliced<string>;
  number(token: string, labelled: boolean): string | null;
  enter(name: string | number, facts: NameFacts | null, seen: Map<string, number>): string | number;
  leave(): void;
  tooDeep(): boolean;
  fieldMode(facts: NameFacts | null): MaskMode | null;
  hideField(mode?: MaskMode, value?: Json): string;
  due(work: number): boolean;
}

/**
 * Whether JSON text as it is written shows that nothing in it is to be hidden: plain ASCII without escapes that could stand for
 * something else, no configured name, and nothing that any detector would look at.
 */
export function* hasNothingIn(
  text: string,
  rules: { readonly detectors: Detectors; readonly fields: Fields },
): Sliced<boolean> {
  const { detectors, fields } = rules;
  if (detectors.patterns.length > 0 || detectors.modes.has("ip") || fields.inText === null) return false;
  // A run of backslashes is looked at from its beginning only: quoting doubles them, so that there may be very many.
  if (yield* occurs(/[^\t\n\r -~]|(?<!\\)\\+[^"nr\\]/, text, 1)) return false;
  // A name and its quotes.
  if (yield* occurs(fields.inText, text, fields.longestName + 2)) return false;
  const codes = yield* asciiCodes(text);
  const triggers = noTriggers();
  // The first suspicion is enough to look closely.
  for (let at = 0; at < codes.length && isQuiet(triggers);) {
    at = scan(codes, at, Math.min(codes.length, at + 8192), codes.length, triggers);
    if (at < codes.length) yield;
  }
  return isQuiet(triggers);
}

/**
 * Masks JSON text in place: only what is hidden is replaced, so that layout, long numbers and members named twice stay as they
 * were written, and each of the latter is judged. The text must be valid JSON.
 */
export class JsonText {
  readonly #text: string;
  readonly #walk: JsonTextWalk;
  #at = 0;
  /** Up to where the text has been copied. */
  #copied = 0;
  #masked = "";

  constructor(text: string, walk: JsonTextWalk) {
    this.#text = text;
    this.#walk = walk;
  }

  *masked(labelled: boolean): Sliced<string> {
    yield* this.#value(labelled);
    return this.#copied === 0 ? this.#text : this.#masked + this.#text.slice(this.#copied);
  }

  *#value(labelled: boolean): Sliced<void> {
    const first = this.#peek();
    if ((first === "{" || first === "[") && this.#walk.tooDeep()) return this.#hideValue("redact");
    if (first === "{") return yield* this.#object(labelled);
    if (first === "[") return yield* this.#array(labelled);
    const start = this.#at;
    if (this.#plainToken(first)) return undefined;
    const token = this.#text.slice(start, this.#at);
    if (first === '"') {
      const string = decode(token);
      const masked = yield* this.#walk.string(string, labelled);
      if (masked !== string) this.#replace(start, masked);
    } else if (isNumber(first)) {
      const mark = this.#walk.number(token, labelled);
      if (mark !== null) this.#replace(start, mark);
    }
    return undefined;
  }

  /** Passes over the string or word that begins here; whether nothing can be hidden in it. */
  #plainToken(first: string): boolean {
    const start = this.#at;
    this.#skipValue();
    if (first !== '"') return !isNumber(first);
    return (
      !mayBeJson(this.#text, start + 1) && isPlain(this.#text, this.#walk.rules.detectors, start + 1, this.#at - 1)
    );
  }

  *#object(labelled: boolean): Sliced<void> {
    const seen = new Map<string, number>();
    this.#at += 1;
    while (this.#peek() !== "}") {
      const start = this.#at;
      this.#at = endOfString(this.#text, start);
      const name = decode(this.#text.slice(start, this.#at));
      const facts = this.#walk.rules.names(name);
      const shown = String(this.#walk.enter(name, facts, seen));
      if (shown !== name) this.#replace(start, shown);
      this.#skip(":");
      const mode = this.#walk.fieldMode(facts);
      if (mode !== null) this.#hideValue(mode);
      else yield* this.#value(labelled || facts.labelled);
      this.#walk.leave();
      this.#skip(",");
      if (this.#walk.due(this.#at - start)) yield;
    }
    this.#at += 1;
  }

  *#array(labelled: boolean): Sliced<void> {
    const seen = new Map<string, number>();
    this.#at += 1;
    for (let index = 0; this.#peek() !== "]"; index += 1) {
      const start = this.#at;
      this.#walk.enter(index, null, seen);
      const mode = this.#walk.fieldMode(null);
      if (mode !== null) this.#hideValue(mode);
      else yield* this.#value(labelled);
      this.#walk.leave();
      this.#skip(",");
      if (this.#walk.due(this.#at - start)) yield;
    }
    this.#at += 1;
  }

  #hideValue(mode: MaskMode): void {
    const first = this.#peek();
    const start = this.#at;
    this.#skipValue();
    const token = this.#text.slice(start, this.#at);
    const value = first === '"' ? decode(token) : first === "{" || first === "[" ? null : token;
    this.#replace(start, this.#walk.hideField(mode, value));
  }

  /** Moves behind the value that begins here. */
  #skipValue(): void {
    let depth = 0;
    do {
      const character = this.#peek();
      if (character === '"') this.#at = endOfString(this.#text, this.#at);
      else if (character === "{" || character === "[") depth += this.#step(1);
      else if (character === "}" || character === "]") depth -= this.#step(1);
      else if (character === "," || character === ":") this.#at += 1;
      else if (/[a-z]/.test(character)) this.#at += character === "f" ? 5 : 4;
      else this.#at = endOfNumber(this.#text, this.#at + 1);
    } while (depth > 0 && this.#at < this.#text.length);
  }

  #step(by: number): number {
    this.#at += by;
    return by;
  }

  /** The next character that is no white space, at which it stops. */
  #peek(): string {
    let code = this.#text.charCodeAt(this.#at);
    while (code === 32 || code === 10 || code === 13 || code === 9) code = this.#text.charCodeAt((this.#at += 1));
    return this.#text[this.#at] ?? "}";
  }

  #skip(expected: string): void {
    if (this.#peek() === expected) this.#at += 1;
  }

  /** Puts a string in place of the text from `start` to here. */
  #replace(start: number, string: string): void {
    this.#masked += this.#text.slice(this.#copied, start) + JSON.stringify(string);
    this.#copied = this.#at;
  }
}

function isNumber(first: string): boolean {
  return first === "-" || (first >= "0" && first <= "9");
}

function decode(token: string): string {
  return token.includes("\\") ? String(JSON.parse(token)) : token.slice(1, -1);
}
