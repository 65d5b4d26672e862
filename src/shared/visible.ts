/**
 * Untrusted text with every character that cannot be seen written as its code
 * point (`⟨U+202E⟩`), so that what is read is what is there (rule 10). Nothing is cut.
 */
export function visible(text: string): string {
  return text.replace(hiddenCharacters, (character) => `⟨U+${codePoint(character)}⟩`);
}

/** Untrusted text for one line of a list: visible, and shortened with an ellipsis where the full text is one step away. */
export function visibleLine(text: string, longest: number): string {
  const characters = Array.from(text);
  const kept = characters.length > longest ? `${characters.slice(0, longest - 1).join("")}…` : text;
  return visible(kept);
}

/** Whether nothing of a text can be seen: it is empty, or blanks and hidden characters alone. */
export function isBlank(text: string): boolean {
  return text.replace(hiddenCharacters, "").trim() === "";
}

// Controls, format and bidirectional characters, unassigned, private and lone surrogates, separators, what draws nothing by default
// (fillers, variation selectors, tags), symbols without a shape, and every blank but the space.
const hiddenCharacters =
  /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\uFFFC\u{13441}\u{13442}\u{16FE4}\u{1D159}]|(?! )\p{Zs}/gu;

function codePoint(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}
