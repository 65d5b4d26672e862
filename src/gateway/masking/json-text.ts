import { endOfNumber, endOfString } from "../mcp/strict-json.ts";
import { maskMark } from "./marks.ts";
import type { NameFacts, Names } from "./names.ts";

/** What JSON text needs of the walk it is part of. */
export interface JsonTextWalk {
  readonly names: Names;
  string(text: string, labelled: boolean): string;
  number(token: string, labelled: boolean): string | null;
  enter(name: string | number, facts: NameFacts | null, seen: Map<string, number>): string | number;
  leave(): void;
  tooDeep(): boolean;
  hideField(): string;
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

  masked(labelled: boolean): string {
    this.#value(labelled);
    return this.#copied === 0 ? this.#text : this.#masked + this.#text.slice(this.#copied);
  }

  #value(labelled: boolean): void {
    const first = this.#peek();
    const start = this.#at;
    if ((first === "{" || first === "[") && this.#walk.tooDeep()) return this.#hideValue();
    if (first === "{") return this.#object(labelled);
    if (first === "[") return this.#array(labelled);
    this.#skipValue();
    const token = this.#text.slice(start, this.#at);
    if (first === '"') {
      const string = decode(token);
      const masked = this.#walk.string(string, labelled);
      if (masked !== string) this.#replace(start, masked);
    } else if (token.length >= 9) {
      const mark = this.#walk.number(token, labelled);
      if (mark !== null) this.#replace(start, mark);
    }
  }

  #object(labelled: boolean): void {
    const seen = new Map<string, number>();
    this.#at += 1;
    while (this.#peek() !== "}") {
      const start = this.#at;
      this.#at = endOfString(this.#text, start);
      const name = decode(this.#text.slice(start, this.#at));
      const facts = this.#walk.names(name);
      const shown = String(this.#walk.enter(name, facts, seen));
      if (shown !== name) this.#replace(start, shown);
      this.#skip(":");
      if (facts.isField) this.#hideValue();
      else this.#value(labelled || facts.labelled);
      this.#walk.leave();
      this.#skip(",");
    }
    this.#at += 1;
  }

  #array(labelled: boolean): void {
    const seen = new Map<string, number>();
    this.#at += 1;
    for (let index = 0; this.#peek() !== "]"; index += 1) {
      this.#walk.enter(index, null, seen);
      this.#value(labelled);
      this.#walk.leave();
      this.#skip(",");
    }
    this.#at += 1;
  }

  #hideValue(): void {
    this.#peek();
    const start = this.#at;
    this.#skipValue();
    this.#walk.hideField();
    this.#replace(start, maskMark);
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

function decode(token: string): string {
  return token.includes("\\") ? String(JSON.parse(token)) : token.slice(1, -1);
}
