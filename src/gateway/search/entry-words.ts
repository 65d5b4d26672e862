import type { Json } from "../../shared/json.ts";

/** So many characters of an entry can be searched, the first ones; a longer answer is found by what it begins with. */
export const mostSearched = 1_048_576;

/** The same of a body of which only the beginning is at hand: its text, without escapes. */
export function wordsIn(beginning: string): string {
  return beginning.slice(0, mostSearched).replaceAll(/\\(?:u[\da-f]{4}|.)/g, " ");
}

/** The names and values of a body as one text, without the syntax around them, whose escapes would stick to the words. */
export function wordsOf(body: Json): string {
  const found: string[] = [];
  let left = mostSearched;
  const open: Json[] = [body];
  while (left > 0) {
    const next = open.pop();
    if (next === undefined) break;
    if (typeof next === "string" || typeof next === "number") {
      const text = String(next).slice(0, left);
      found.push(text);
      left -= text.length + 1;
    } else if (Array.isArray(next)) open.push(...next.slice(0, left).toReversed());
    else if (typeof next === "object" && next !== null)
      for (const [name, value] of Object.entries(next).toReversed()) open.push(value, name);
  }
  return found.join("\n");
}
