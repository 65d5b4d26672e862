/** What may stand between the members of an object. */
export interface Trivia {
  readonly kind: "blank" | "line-break" | "comment" | "comma";
  readonly start: number;
  readonly end: number;
}

/** The trivia of a part of a text that was parsed already and holds nothing else. */
export function triviaBetween(text: string, from: number, to: number): readonly Trivia[] {
  const found: Trivia[] = [];
  const part = text.slice(from, to);
  for (const match of part.matchAll(/(\r\n|\n|\r)|(\/\/[^\r\n]*|\/\*[\s\S]*?\*\/)|(,)|[^\S\r\n]+/g)) {
    const [whole, lineBreak, comment, comma] = match;
    const kind = lineBreak ? "line-break" : comment ? "comment" : comma ? "comma" : "blank";
    found.push({ kind, start: from + match.index, end: from + match.index + whole.length });
  }
  return found;
}
