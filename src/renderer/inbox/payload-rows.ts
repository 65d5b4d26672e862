import type { Hidden, MaskedPayload } from "../../shared/approval.ts";
import { isJsonObject, type Json } from "../../shared/json.ts";

type Step = string | number;

/** One line of the payload tree. `key` is its path as JSON: unique, and safe as an identifier. */
export interface PayloadRow {
  readonly key: string;
  readonly within: readonly string[];
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

/** The payload's lines in document order; a root object or array gives its members, without a line of its own. */
export function payloadRows({ arguments: value, hidden }: MaskedPayload): readonly PayloadRow[] {
  const masks = masksByPath(hidden);
  const rows: PayloadRow[] = [];
  const visit = (name: Step | null, value: Json, path: readonly Step[], within: readonly string[]) => {
    const key = JSON.stringify(path);
    const members = membersOf(value);
    const isRoot = path.length === 0;
    const hiddenAs = masks.get(key) ?? [];
    if (!isRoot || members === null || hiddenAs.length > 0) {
      rows.push({ key, within, name, value: shape(value, members), hiddenAs });
    }
    for (const [step, member] of members ?? []) visit(step, member, [...path, step], isRoot ? [] : [...within, key]);
  };
  visit(null, value, [], []);
  return rows;
}

/** Masks whose place is not in the payload: they are signed too, so they are shown too. */
export function masksOutside(payload: MaskedPayload, rows: readonly PayloadRow[]): readonly Hidden[] {
  const places = new Set(rows.map((row) => row.key));
  return payload.hidden.filter((mask) => !places.has(JSON.stringify(mask.path)));
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
  const masks = masksByPath(hidden);
  const pieces: TextPiece[] = [];
  const write = (value: Json, path: readonly Step[], indent: string) => {
    const members = membersOf(value);
    if (members === null) return pieces.push(scalarPiece(value, masks.has(JSON.stringify(path))));
    const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
    if (members.length === 0) return pieces.push({ text: `${open}${close}`, kind: "layout" });
    members.forEach(([step, member], index) => {
      pieces.push({ text: `${index === 0 ? open : ","}\n${indent}  `, kind: "layout" });
      if (typeof step === "string")
        pieces.push({ text: JSON.stringify(step), kind: "key" }, { text: ": ", kind: "layout" });
      write(member, [...path, step], `${indent}  `);
    });
    return pieces.push({ text: `\n${indent}${close}`, kind: "layout" });
  };
  write(value, [], "");
  return pieces;
}

function scalarPiece(value: Json, masked: boolean): TextPiece {
  const text = JSON.stringify(value);
  if (masked) return { text, kind: "mask" };
  if (typeof value === "string") return { text, kind: "string" };
  return { text, kind: typeof value === "number" ? "number" : "word" };
}

function masksByPath(hidden: readonly Hidden[]): ReadonlyMap<string, readonly string[]> {
  const masks = new Map<string, string[]>();
  for (const { path, kind } of hidden) {
    const key = JSON.stringify(path);
    masks.set(key, [...(masks.get(key) ?? []), kind]);
  }
  return masks;
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
