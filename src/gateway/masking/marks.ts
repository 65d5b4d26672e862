import type { Json } from "../../shared/json.ts";

/** What stands where something was masked. */
export const maskMark = "••••";

/**
 * Whether a value holds our own mark anywhere, in member names, strings and JSON within strings: someone is about to send back
 * what was hidden from them, and it would overwrite the real value (rule 3).
 */
export function holdsMaskMarks(value: Json): boolean {
  const open: Json[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next === "string") {
      if (textHoldsMark(next)) return true;
    } else if (typeof next === "object" && next !== null) {
      if (!Array.isArray(next) && Object.keys(next).some(textHoldsMark)) return true;
      for (const child of Object.values(next) as Json[]) open.push(child);
    }
  }
  return false;
}

/** The mark as such, or as JSON may write it within a string. */
function textHoldsMark(text: string): boolean {
  return text.includes(maskMark) || (text.includes("\\u2022") && text.replaceAll("\\u2022", "•").includes(maskMark));
}
