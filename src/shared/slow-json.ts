import type { Json } from "./json.ts";
import { scanMembers } from "./slow-members.ts";
import { readString, spaceEnd, wordEnd } from "./slow-tokens.ts";
import type { Sliced } from "./slices.ts";

export type SlowJson = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly why: Fault };
type Fault = "not-json" | "too-deep";

/**
 * What `JSON.parse` makes of a text, yielding now and then, so that a large answer keeps nobody waiting. What nests deeper than
 * `deepest` levels is refused. Linear in the text's length.
 */
export function* parseSlowly(text: string, deepest: number): Sliced<SlowJson> {
  try {
    return { ok: true, value: yield* new Reader(text, deepest).whole() };
  } catch (error) {
    if (error instanceof TooDeep) return { ok: false, why: "too-deep" };
    // The platform's parser, on one of the parts, or this one in its words.
    if (error instanceof SyntaxError) return { ok: false, why: "not-json" };
    throw error;
  }
}

class TooDeep extends Error {}

/** A list or an object that is read part by part, since it is longer than what is parsed at once. */
interface Open {
  readonly list: Json[] | null;
  readonly object: Record<string, Json> | null;
  /** Under which it belongs to the object around it. */
  readonly name: string;
  /** What may come next: anything, a member, or a comma or the end. */
  next: "first" | "member" | "comma";
}

/** How many characters are looked through for members that can be parsed together: at most, and at least. */
const [widest, narrowest] = [16_384, 64];
/** Looked through is four times as much as was read, so that no nesting makes the work more than linear. */
const earned = 4;

class Reader {
  readonly #text: string;
  readonly #deepest: number;
  readonly #open: Open[] = [];
  #at = 0;
  #credit = widest;

  constructor(text: string, deepest: number) {
    this.#text = text;
    this.#deepest = deepest;
  }

  *whole(): Sliced<Json> {
    yield* this.#space();
    let value = yield* this.#begin("");
    while (value === undefined) {
      yield;
      const open = this.#open.at(-1);
      if (open === undefined) throw new SyntaxError();
      value = open.next === "comma" ? yield* this.#comma(open) : yield* this.#members(open);
    }
    yield* this.#space();
    if (this.#at < this.#text.length) throw new SyntaxError();
    return value;
  }

  /** The value that begins here; of what is read part by part only the beginning, and nothing is returned. */
  *#begin(name: string): Sliced<Json | undefined> {
    const first = this.#text.charCodeAt(this.#at);
    if (first === quote) return yield* this.#string();
    if (first !== bracket && first !== brace) {
      const start = this.#at;
      this.#move(yield* wordEnd(this.#text, start));
      return JSON.parse(this.#text.slice(start, this.#at)) as Json;
    }
    if (this.#open.length >= this.#deepest) throw new TooDeep();
    const isList = first === bracket;
    this.#open.push({ list: isList ? [] : null, object: isList ? null : {}, name, next: "first" });
    this.#move(this.#at + 1);
    return undefined;
  }

  /** All members up to the last comma, or the end, that is near; where none is, the one member that begins here. */
  *#members(open: Open): Sliced<Json | undefined> {
    const width = Math.min(Math.max(this.#credit, narrowest), widest);
    this.#credit = Math.max(0, this.#credit - width);
    const { end, closes, depth } = scanMembers(this.#text, this.#at, width);
    if (this.#open.length + depth > this.#deepest) throw new TooDeep();
    if (end < 0) return yield* this.#one(open);
    const read = this.#together(open, end);
    if (read === 0 && !(closes && open.next === "first")) throw new SyntaxError();
    open.next = "member";
    this.#move(closes ? end : end + 1);
    return closes ? this.#close(open) : undefined;
  }

  /** Parses the members up to there; how many there were. */
  #together({ list, object }: Open, end: number): number {
    const part = this.#text.slice(this.#at, end);
    if (list !== null) {
      const values = JSON.parse(`[${part}]`) as Json[];
      for (const value of values) list.push(value);
      return values.length;
    }
    const members = Object.entries(JSON.parse(`{${part}}`) as Record<string, Json>);
    for (const [name, value] of members) put(object, name, value);
    return members.length;
  }

  *#one(open: Open): Sliced<undefined> {
    let name = "";
    yield* this.#space();
    if (open.object !== null) {
      if (this.#text.charCodeAt(this.#at) !== quote) throw new SyntaxError();
      name = yield* this.#string();
      yield* this.#space();
      if (this.#text.charCodeAt(this.#at) !== colon) throw new SyntaxError();
      this.#move(this.#at + 1);
      yield* this.#space();
    }
    const value = yield* this.#begin(name);
    if (value !== undefined) add(open, name, value);
    return undefined;
  }

  *#comma(open: Open): Sliced<Json | undefined> {
    yield* this.#space();
    if (this.#text.charCodeAt(this.#at) !== comma) return this.#close(open);
    open.next = "member";
    this.#move(this.#at + 1);
    return undefined;
  }

  /** Ends it here: the whole value, where nothing is around it. */
  #close({ list, object, name }: Open): Json | undefined {
    if (this.#text.charCodeAt(this.#at) !== (list === null ? braceEnd : bracketEnd)) throw new SyntaxError();
    this.#move(this.#at + 1);
    this.#open.pop();
    const value: Json = list ?? object ?? {};
    const around = this.#open.at(-1);
    if (around === undefined) return value;
    add(around, name, value);
    return undefined;
  }

  *#string(): Sliced<string> {
    const { value, end } = yield* readString(this.#text, this.#at);
    this.#move(end);
    return value;
  }

  *#space(): Sliced<void> {
    this.#move(yield* spaceEnd(this.#text, this.#at));
  }

  #move(to: number): void {
    this.#credit = Math.min(widest, this.#credit + earned * (to - this.#at));
    this.#at = to;
  }
}

function add(open: Open, name: string, value: Json): void {
  if (open.list !== null) open.list.push(value);
  else put(open.object, name, value);
  open.next = "comma";
}

function put(object: Record<string, Json> | null, name: string, value: Json): void {
  if (object === null) return;
  // As the platform's parser has it: a member as any other.
  if (name === "__proto__") Object.defineProperty(object, name, { value, ...ordinary });
  else object[name] = value;
}

const ordinary = { writable: true, enumerable: true, configurable: true };
const quote = 34;
const comma = 44;
const colon = 58;
const bracket = 91;
const bracketEnd = 93;
const brace = 123;
const braceEnd = 125;
