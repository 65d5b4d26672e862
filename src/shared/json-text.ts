import { nestsWithin } from "./json.ts";
import { visible } from "./visible.ts";

/** JSON on one line in which unseen characters are escapes: the same value, harmless on a terminal (rule 10). */
export function jsonText(value: unknown): string {
  return escaped(JSON.stringify(value));
}

/** What nests deeper is not indented: the blanks of one small payload could fill a memory. */
const deepestIndented = 24;

/** JSON over several indented lines, and on a single one where that would be mostly indent. */
export function indentedJson(value: unknown): string {
  return nestsWithin(value, deepestIndented) ? JSON.stringify(value, null, 2) : JSON.stringify(value);
}

/** The same as lines, each harmless on a terminal; escapes show what a string hides. */
export function jsonLines(value: unknown): readonly string[] {
  return indentedJson(value).split("\n").map(escaped);
}

function escaped(json: string): string {
  return json.replace(/[^\u0020-\u007E]/gu, (character) =>
    visible(character) === character ? character : escape(character),
  );
}

function escape(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}
