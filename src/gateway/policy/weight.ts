import type { Json } from "../../shared/json.ts";

/** How much there is to walk in a JSON value: its values, and the characters of its strings and names. */
export function weigh(value: Json): { readonly values: number; readonly characters: number } {
  const sum = { values: 0, characters: 0 };
  add(value, sum);
  return sum;
}

function add(value: Json, sum: { values: number; characters: number }): void {
  sum.values += 1;
  if (typeof value === "string") sum.characters += value.length;
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (const member of value as readonly Json[]) add(member, sum);
    return;
  }
  for (const [name, member] of Object.entries(value)) {
    sum.characters += name.length;
    add(member, sum);
  }
}
