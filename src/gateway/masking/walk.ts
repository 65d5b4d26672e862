import type { Hidden } from "../../shared/approval.ts";
import type { Json, JsonObject } from "../../shared/json.ts";
import { maskNumber, maskText } from "./detectors.ts";
import type { DetectorName } from "./digits.ts";
import { JsonText } from "./json-text.ts";
import { maskMark } from "./marks.ts";
import { uniqueName, type NameFacts, type Names } from "./names.ts";

/** What nests deeper is masked wholly: it can't be walked without end. */
const deepest = 1000;

/** One walk over one payload. It collects what it hid, and knows where it is. */
export class Walk {
  readonly hidden: Hidden[] = [];
  readonly detectors: ReadonlySet<DetectorName>;
  readonly names: Names;
  readonly #path: (string | number)[] = [];

  constructor(detectors: ReadonlySet<DetectorName>, names: Names) {
    this.detectors = detectors;
    this.names = names;
  }

  /** The masked value; the same reference where nothing was masked. `labelled`: a name above speaks of social-security numbers. */
  value(value: Json, labelled: boolean): Json {
    if (typeof value === "string") return this.string(value, labelled);
    if (typeof value === "number")
      return Math.abs(value) < 1e8 ? value : (this.number(String(value), labelled) ?? value);
    if (typeof value !== "object" || value === null) return value;
    if (this.tooDeep()) return this.hideField();
    return Array.isArray(value) ? this.#array(value, labelled) : this.#object(value as JsonObject, labelled);
  }

  /** A string, by its structure where it is JSON (the text twin of structuredContent), otherwise as text. */
  string(text: string, labelled: boolean): string {
    if (mayBeJson(text) && isJson(text)) return new JsonText(text, this).masked(labelled);
    const found = maskText(text, this.detectors, labelled);
    if (found === null) return text;
    for (const kind of found.kinds) this.hide(kind);
    return found.text;
  }

  /** The mark for a number as written, or null where it may stay. */
  number(token: string, labelled: boolean): string | null {
    const found = maskNumber(token, this.detectors, labelled);
    if (found === null) return null;
    this.hide(found.kind);
    return found.text;
  }

  /** Goes into a member or an element. A name that is masked itself is recorded under its masked form, which is returned. */
  enter(name: string | number, facts: NameFacts | null, seen: Map<string, number>): string | number {
    const masked = facts?.masked ?? null;
    const shown = masked === null ? name : uniqueName(masked.text, seen);
    this.#path.push(shown);
    for (const kind of masked?.kinds ?? []) this.hide(kind);
    return shown;
  }

  leave(): void {
    this.#path.pop();
  }

  tooDeep(): boolean {
    return this.#path.length >= deepest;
  }

  /** Records that the value here is hidden wholly, and gives its mark. */
  hideField(): string {
    this.hide("field");
    return maskMark;
  }

  hide(kind: string): void {
    this.hidden.push({ path: [...this.#path], kind });
  }

  #array(list: readonly Json[], labelled: boolean): Json {
    let masked: Json[] | null = null;
    for (const [index, element] of list.entries()) {
      this.#path.push(index);
      const value = this.value(element, labelled);
      this.#path.pop();
      if (value !== element) (masked ??= [...list])[index] = value;
    }
    return masked ?? list;
  }

  #object(object: JsonObject, labelled: boolean): Json {
    const seen = new Map<string, number>();
    const members: [string, Json][] = [];
    let changed = false;
    for (const name of Object.keys(object)) {
      const value = object[name] as Json;
      const facts = this.names(name);
      const shown = String(this.enter(name, facts, seen));
      const masked = facts.isField ? this.hideField() : this.value(value, labelled || facts.labelled);
      this.leave();
      changed ||= masked !== value || shown !== name;
      members.push([shown, masked]);
    }
    // fromEntries defines its members, so that one named __proto__ stays a member.
    return changed ? Object.fromEntries(members) : object;
  }
}

function mayBeJson(text: string): boolean {
  const first = /\S/.exec(text)?.[0];
  return first === "{" || first === "[" || first === '"';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
