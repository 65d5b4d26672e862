import { applyEdits, problemAt, type Edits, type Format, type Problem } from "./format.ts";
import { differsOnlyAt, toValue, type Plain, type Value } from "./value.ts";

export type Changed = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: Problem };

/** The text with a value put at a path, checked: it reads as before plus exactly that. */
export function withValue(format: Format, text: string, path: readonly string[], value: Plain): Changed {
  return checked(format, text, format.put(text, path, value), path, toValue(value));
}

/** The text without what stands at a path, checked: it reads as before less exactly that. */
export function withoutValue(format: Format, text: string, path: readonly string[]): Changed {
  return checked(format, text, format.remove(text, path), path, undefined);
}

function checked(
  format: Format,
  text: string,
  edits: Edits,
  path: readonly string[],
  wanted: Value | undefined,
): Changed {
  const before = format.read(text);
  if (!before.ok) return before;
  if (!edits.ok) return edits;
  const changed = applyEdits(text, edits.edits);
  const after = format.read(changed);
  if (after.ok && differsOnlyAt(before.value, after.value, path, wanted)) return { ok: true, text: changed };
  const place = edits.edits[0]?.at ?? 0;
  return problemAt(text, place, "It is laid out in a way that can't be changed safely: change it by hand.");
}
