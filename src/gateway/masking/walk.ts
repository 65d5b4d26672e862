import type { Json, JsonObject } from "../../shared/json.ts";
import { binaryMember, maskBinary } from "./binary.ts";
import { maskNumber, maskText, maskTextSlowly, type MaskedText } from "./detectors.ts";
import { HiddenPlaces } from "./hidden-places.ts";
import { isJsonText, mayBeJson } from "./json-syntax.ts";
import { hasNothingIn, JsonText } from "./json-text.ts";
import type { MaskMode } from "./kinds.ts";
import { maskMark } from "./marks.ts";
import { uniqueName, type NameFacts } from "./names.ts";
import { quotedFields, quotedFieldsSlowly } from "./quoted-fields.ts";
import type { Sliced } from "../../shared/slices.ts";
import { fieldMark } from "./spots.ts";
import type { WalkRules } from "./walk-rules.ts";
import { isLarge, weight } from "./weight.ts";

/** What nests deeper is masked wholly: it can't be walked without end. */
const deepest = 1000;

/** Stands for a member that is to be left out. */
const dropped = Symbol("dropped");
type Walked = Json | typeof dropped;

/** How many characters are walked, and finds noted, between two yields. */
const [slice, finds] = [16_384, 4096];

/** One walk over one payload. It collects what it hid, and knows where it is. */
export class Walk {
  readonly hidden = new HiddenPlaces();
  readonly rules: WalkRules;
  /** The names that are shown, and those that are so. */
  readonly #path: (string | number)[] = [];
  readonly #real: (string | number)[] = [];
  readonly #hide = (kind: string): void => this.hidden.note(this.#path, kind);
  #work = 0;

  constructor(rules: WalkRules) {
    this.rules = rules;
  }

  /** The masked value; the same reference where nothing was masked. `labelled`: a name above speaks of social-security numbers. */
  *value(value: Json, labelled: boolean): Sliced<Json> {
    const walked = isLarge(value) ? yield* this.#walk(value, labelled) : this.#leaf(value, labelled);
    return walked === dropped ? maskMark : walked;
  }

  /** A string, by its structure where it is JSON (the text twin of structuredContent), otherwise as text. */
  *string(text: string, labelled: boolean): Sliced<string> {
    const walked = yield* this.#string(text, labelled);
    return walked === dropped ? maskMark : walked;
  }

  /** The mark for a number as written, or null where it may stay. */
  number(token: string, labelled: boolean): string | null {
    const found = maskNumber(token, this.rules.detectors, labelled);
    return found === null ? null : this.#note(found);
  }

  /** Goes into a member or an element. A name that is masked itself is recorded under its masked form, which is returned. */
  enter(name: string | number, facts: NameFacts | null, seen: Map<string, number> | null): string | number {
    const masked = facts?.masked ?? null;
    const shown = masked === null || seen === null ? name : uniqueName(masked.text, seen);
    this.#path.push(shown);
    this.#real.push(name);
    masked?.kinds.forEach(this.#hide);
    return shown;
  }

  leave(): void {
    this.#path.pop();
    this.#real.pop();
  }

  tooDeep(): boolean {
    return this.#path.length >= deepest;
  }

  /** How the value here is masked wholly, or null. */
  fieldMode(facts: NameFacts | null): MaskMode | null {
    if (facts === null) return this.rules.fields.mayEnd(null) ? this.rules.fields.byPath(this.#real) : null;
    return facts.field ?? (facts.mayEndPath ? this.rules.fields.byPath(this.#real) : null);
  }

  /** Records that the value here is hidden wholly, and gives its mark. */
  hideField(mode: MaskMode = "redact", value: Json = null): string {
    this.#hide("field");
    return fieldMark(value, mode, this.rules.detectors.pseudonym);
  }

  /** Counts work done; true when it is time to yield. */
  due(work: number): boolean {
    this.#work += work;
    if (this.#work < slice) return false;
    this.#work = 0;
    return true;
  }

  /** What may need slices. No generator itself: one for each object of an answer is enough. */
  #walk(value: Json, labelled: boolean): Sliced<Walked> {
    if (typeof value === "string") return this.#string(value, labelled);
    if (this.tooDeep()) return this.#whole();
    return Array.isArray(value) ? this.#array(value, labelled) : this.#object(value as JsonObject, labelled);
  }

  // oxlint-disable-next-line require-yield -- one of the forms of #walk
  *#whole(): Sliced<string> {
    return this.hideField();
  }

  /** What needs no slices: most values. */
  #leaf(value: Json, labelled: boolean): Walked {
    if (typeof value === "number") {
      if (Math.abs(value) < 1e8 && this.rules.detectors.patterns.length === 0) return value;
      const found = maskNumber(String(value), this.rules.detectors, labelled);
      return found === null ? value : found.drop ? this.#drop(found) : this.#note(found);
    }
    if (typeof value !== "string") return value;
    const found = maskText(value, this.rules.detectors, labelled, quotedFields(value, this.rules.fields));
    return found === null ? value : found.drop ? this.#drop(found) : this.#note(found);
  }

  *#string(text: string, labelled: boolean): Sliced<string | typeof dropped> {
    if (mayBeJson(text)) {
      if (yield* hasNothingIn(text, this.rules)) return text;
      if (yield* isJsonText(text)) return yield* new JsonText(text, this).masked(labelled);
    }
    const named = yield* quotedFieldsSlowly(text, this.rules.fields);
    const found = yield* maskTextSlowly(text, this.rules.detectors, labelled, named);
    if (found === null) return text;
    for (const [index, kind] of found.kinds.entries()) {
      this.#hide(kind);
      if (index % finds === finds - 1) yield;
    }
    return found.drop ? dropped : found.text;
  }

  #note(found: MaskedText): string {
    found.kinds.forEach(this.#hide);
    return found.text;
  }

  #drop(found: MaskedText): typeof dropped {
    this.#note(found);
    return dropped;
  }

  *#array(list: readonly Json[], labelled: boolean): Sliced<Json> {
    let masked: Json[] | null = null;
    for (let index = 0; index < list.length; index += 1) {
      const element = list[index] as Json;
      this.enter(index, null, null);
      const mode = this.fieldMode(null);
      let value: Walked;
      if (mode !== null) value = this.hideField(mode, element);
      else value = isLarge(element) ? yield* this.#walk(element, labelled) : this.#leaf(element, labelled);
      this.leave();
      if (value !== element) (masked ??= [...list])[index] = value === dropped ? maskMark : value;
      if (this.due(weight(element))) yield;
    }
    return masked ?? list;
  }

  *#object(object: JsonObject, labelled: boolean): Sliced<Json> {
    const content = yield* binaryMember(object);
    const names = Object.keys(object);
    let seen: Map<string, number> | null = null;
    let members: [string, Json][] | null = null;
    for (let index = 0; index < names.length; index += 1) {
      const name = names[index] as string;
      const value = object[name] as Json;
      const facts = this.rules.names(name);
      if (facts.masked !== null) seen ??= new Map();
      const shown = this.enter(name, facts, seen);
      const mode = this.fieldMode(facts);
      const inner = labelled || facts.labelled;
      let masked: Walked;
      if (mode !== null) masked = this.#field(mode, value);
      else if (name === content) masked = yield* this.#binary(typeof value === "string" ? value : "");
      else masked = isLarge(value) ? yield* this.#walk(value, inner) : this.#leaf(value, inner);
      this.leave();
      // Most objects stay as they are: the new one is begun at the first change.
      if (masked !== value || shown !== name) {
        members ??= names.slice(0, index).map((before) => [before, object[before] as Json]);
      }
      if (members !== null && masked !== dropped) members.push([String(shown), masked]);
      if (this.due(name.length + weight(value))) yield;
    }
    // fromEntries defines its members, so that one named __proto__ stays a member.
    return members === null ? object : Object.fromEntries(members);
  }

  #field(mode: MaskMode, value: Json): Walked {
    const mark = this.hideField(mode, value);
    return mode === "drop" ? dropped : mark;
  }

  *#binary(content: string): Sliced<string> {
    const masked = yield* maskBinary(content, this.rules.binary);
    if (masked !== content) this.#hide("binary");
    return masked;
  }
}
