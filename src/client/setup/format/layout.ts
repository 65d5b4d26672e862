/** How a text is laid out, so that what is added looks as what is there. */

/** The line end of a text: of its first line, `\n` where it has but one. */
export function lineEndOf(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? "\n";
}

export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

/** Where the line that holds an offset ends, its line end included. */
export function lineStop(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end === -1 ? text.length : end + 1;
}

/** The blanks that the line of an offset begins with. */
export function indentAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, offset), offset))?.[0] ?? "";
}

/** Whether nothing but blanks stands before an offset on its line. */
export function startsLine(text: string, offset: number): boolean {
  return /^[ \t]*$/.test(text.slice(lineStart(text, offset), offset));
}

/** Where the blanks directly before an offset begin, with the line end before them where they begin a line. */
export function leadOf(text: string, offset: number): number {
  let at = offset;
  while (/[ \t]/.test(text[at - 1] ?? "")) at -= 1;
  if (text[at - 1] !== "\n") return at;
  return text[at - 2] === "\r" ? at - 2 : at - 1;
}

/** What is to come before a line that is appended: a line end where the last line has none. */
export function beforeNewLine(text: string, lineEnd: string): string {
  return text === "" || text.endsWith("\n") ? "" : lineEnd;
}
