import { visible } from "../../shared/visible.ts";

/** Untrusted text for a page: what can't be seen is told by its code point, and nothing of it is markup (rule 10). */
export function pageText(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The same of text whose line ends are ours. */
export function pageLines(text: string): string {
  return text.split("\n").map(pageText).join("\n");
}
