import { parse } from "smol-toml";
import { lineStart, lineStop } from "./layout.ts";

/** A table with a header of its own: from its header's line to the end of the line of its last statement. */
export interface Section {
  readonly path: readonly string[];
  readonly start: number;
  readonly end: number;
}

/** The tables of a text that is known to be TOML, in their order; comments and blank lines before a header belong to none. */
export function sectionsOf(text: string): readonly Section[] {
  const sections: Section[] = [];
  for (const { start, end } of statementsOf(text)) {
    const open = sections.at(-1);
    if (text[start] === "[")
      sections.push({
        path: headerPath(text.slice(start, end)),
        start: lineStart(text, start),
        end: lineStop(text, end),
      });
    else if (open !== undefined) sections[sections.length - 1] = { ...open, end: lineStop(text, end) };
  }
  return sections;
}

/** The statements: headers and assignments, without blank lines and comments. */
function* statementsOf(text: string): Generator<{ readonly start: number; readonly end: number }> {
  let at = 0;
  while (at < text.length) {
    at += /^[ \t\r\n]*/.exec(text.slice(at, at + blockSize))?.[0].length ?? 0;
    if (at >= text.length) return;
    if (/[ \t\r\n]/.test(text[at] ?? "")) continue;
    const end = statementEnd(text, at);
    if (text[at] !== "#") yield { start: at, end };
    at = lineStop(text, end);
  }
}

/** How much is looked at in one go for blanks. */
const blockSize = 4096;

/** Where a statement's last character is followed by a comment or the line's end: brackets and texts may go over lines. */
function statementEnd(text: string, start: number): number {
  const token = /"""|'''|"|'|#|[[{]|[\]}]|\n/g;
  token.lastIndex = start;
  let depth = 0;
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    const [mark] = found;
    if (mark === "#" || mark === "\n") {
      if (depth === 0) return found.index;
      if (mark === "#") token.lastIndex = lineStop(text, found.index);
    } else if (mark === "[" || mark === "{") depth += 1;
    else if (mark === "]" || mark === "}") depth -= 1;
    else token.lastIndex = stringEnd(text, found.index, mark);
  }
  return text.length;
}

/** Where a text that begins with this mark ends. Up to two quotes may stand directly before a closing triple. */
function stringEnd(text: string, start: number, mark: string): number {
  const rest = text.slice(start + mark.length);
  const closing = {
    '"': /^(?:\\[^]|[^"\\])*"/,
    "'": /^[^']*'/,
    '"""': /^(?:\\[^]|"{0,2}[^"\\])*?"{3,5}/,
    "'''": /^(?:'{0,2}[^'])*?'{3,5}/,
  }[mark];
  const length = closing?.exec(rest)?.[0].length ?? rest.length;
  return start + mark.length + length;
}

/** The keys of a header, by the parser itself: `[a."b.c"]` alone is a document of nested tables. */
function headerPath(header: string): readonly string[] {
  const path: string[] = [];
  let inner: unknown = parse(header.trim().replace(/^\[\[/, "[").replace(/\]\]$/, "]"));
  while (typeof inner === "object" && inner !== null) {
    const [entry] = Object.entries(inner);
    if (entry === undefined) break;
    path.push(entry[0]);
    inner = entry[1];
  }
  return path;
}
