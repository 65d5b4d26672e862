import type { Hidden, MaskedPayload } from "../../shared/approval.ts";
import { isJsonObject, type Json } from "../../shared/json.ts";

type Step = string | number;

/** One line of the payload tree. `key` is unique, and the same for the same place; `parent` is the key of the line it lies in, empty at the top. */
export interface PayloadRow {
  readonly key: string;
  readonly parent: string;
  readonly depth: number;
  readonly name: Step | null;
  readonly value:
    | { readonly kind: "string"; readonly text: string }
    | { readonly kind: "number"; readonly text: string }
    | { readonly kind: "word"; readonly text: string }
    | { readonly kind: "object"; readonly size: number }
    | { readonly kind: "array"; readonly size: number };
  /** As what the value was masked; empty where it is shown as it came. */
  readonly hiddenAs: readonly string[];
}

/** Names places whose path is long, by the key that they lie in and the step from there. */
type NameFar = (parent: string, step: Step) => string;

/**
 * The payload's lines in document order; a root object or array gives its members, without a line of its own. All keys together are not much
 * longer than the payload, whatever it is made of. Two payloads whose far places are named by the same `nameFar` have the same keys for the same places.
 */
export function payloadRows(
  { arguments: value, hidden }: MaskedPayload,
  nameFar: NameFar = inTurn(),
): readonly PayloadRow[] {
  const rows: PayloadRow[] = [];
  const visit = (
    name: Step | null,
    value: Json,
    key: string,
    parent: string,
    depth: number,
    mask: Mask | undefined,
  ) => {
    const members = membersOf(value);
    const hiddenAs = mask?.kinds ?? none;
    if (name !== null || members === null || hiddenAs.length > 0)
      rows.push({ key, parent, depth, name, value: shape(value, members), hiddenAs });
    if (members === null) return;
    const keyFor = keysIn(key, nameFar);
    const [around, level] = name === null ? ["", 0] : [key, depth + 1];
    for (const [step, member] of members) visit(step, member, keyFor(step), around, level, mask?.inside.get(step));
  };
  visit(null, value, "[]", "", 0, masksOf(hidden));
  return rows;
}

const none: readonly string[] = [];

/** Names far places in the order in which they are come upon: for one payload by itself. */
function inTurn(): NameFar {
  let count = 0;
  return () => `#${(count += 1)}`;
}

/** Names the same far place always the same: for payloads that are compared. */
export function asBefore(): NameFar {
  const known = new Map<string, string>();
  return (parent, step) => {
    const place = `${parent} ${JSON.stringify(step)}`;
    const name = known.get(place) ?? `#${known.size}`;
    known.set(place, name);
    return name;
  };
}

/** A longer path is not written out: a long name, or hundreds of levels, would stand in the key of each value below them. */
const longestPath = 200;

/** Keys in this place: the path as JSON, or what a far place is named. */
function keysIn(parent: string, nameFar: NameFar): (step: Step) => string {
  if (parent.startsWith("#")) return (step) => nameFar(parent, step);
  const stem = parent === "[]" ? "[" : `${parent.slice(0, -1)},`;
  return (step) => {
    if (stem.length + String(step).length > longestPath) return nameFar(parent, step);
    return typeof step === "number" ? `${stem}${step}]` : `${stem}${JSON.stringify(step)}]`;
  };
}

/** Masks whose place is not in the payload: they are signed too, so they are shown too. */
export function masksOutside({ arguments: value, hidden }: MaskedPayload): readonly Hidden[] {
  return hidden.filter(({ path }) => !hasPlace(value, path));
}

function hasPlace(value: Json, path: readonly Step[]): boolean {
  let at: Json | undefined = value;
  for (const step of path) {
    if (Array.isArray(at)) at = typeof step === "number" ? (at as readonly Json[])[step] : undefined;
    else at = isJsonObject(at) && typeof step === "string" && Object.hasOwn(at, step) ? at[step] : undefined;
    if (at === undefined) return false;
  }
  return true;
}

/** How many values are masked as each kind, in order of appearance. */
export function maskCounts(hidden: readonly Hidden[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { kind } of hidden) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** A stretch of the payload as JSON text; `mask` where it is a masked string. */
export interface TextPiece {
  readonly text: string;
  readonly kind: "layout" | "key" | "string" | "number" | "word" | "mask";
}

/** The payload as JSON indented by two, in pieces. */
export function payloadText({ arguments: value, hidden }: MaskedPayload): readonly TextPiece[] {
  const pieces: TextPiece[] = [];
  const write = (value: Json, mask: Mask | undefined, indent: string) => {
    const members = membersOf(value);
    if (members === null) return pieces.push(scalarPiece(value, mask !== undefined && mask.kinds.length > 0));
    const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
    if (members.length === 0) return pieces.push({ text: `${open}${close}`, kind: "layout" });
    members.forEach(([step, member], index) => {
      pieces.push({ text: `${index === 0 ? open : ","}\n${indent}  `, kind: "layout" });
      if (typeof step === "string")
        pieces.push({ text: JSON.stringify(step), kind: "key" }, { text: ": ", kind: "layout" });
      write(member, mask?.inside.get(step), `${indent}  `);
    });
    return pieces.push({ text: `\n${indent}${close}`, kind: "layout" });
  };
  write(value, masksOf(hidden), "");
  return pieces;
}

function scalarPiece(value: Json, masked: boolean): TextPiece {
  const text = JSON.stringify(value);
  if (masked) return { text, kind: "mask" };
  if (typeof value === "string") return { text, kind: "string" };
  return { text, kind: typeof value === "number" ? "number" : "word" };
}

/** What is masked at a place, and at the places below it. */
interface Mask {
  readonly kinds: string[];
  readonly inside: Map<Step, Mask>;
}

function masksOf(hidden: readonly Hidden[]): Mask {
  const root: Mask = { kinds: [], inside: new Map() };
  for (const { path, kind } of hidden) {
    let at = root;
    for (const step of path) {
      const next = at.inside.get(step) ?? { kinds: [], inside: new Map<Step, Mask>() };
      at.inside.set(step, next);
      at = next;
    }
    at.kinds.push(kind);
  }
  return root;
}

function membersOf(value: Json): readonly (readonly [Step, Json])[] | null {
  if (Array.isArray(value)) return value.map((member: Json, index) => [index, member] as const);
  return isJsonObject(value) ? Object.entries(value) : null;
}

function shape(value: Json, members: ReturnType<typeof membersOf>): PayloadRow["value"] {
  if (members !== null) return { kind: Array.isArray(value) ? "array" : "object", size: members.length };
  if (typeof value === "string") return { kind: "string", text: value };
  return { kind: typeof value === "number" ? "number" : "word", text: JSON.stringify(value) };
}
