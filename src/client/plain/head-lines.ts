/** A header line of HTTP/1.1. */
export interface HeadLine {
  /** As it came, with its end. */
  readonly text: string;
  /** In lower case. */
  readonly name: string;
  readonly value: string;
}

/** RFC 9112, section 5, narrowed: nothing folded or beyond ASCII, no white space before the colon, lines that end in CRLF alone. */
const headerLine = /([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e]*)\r\n/y;

/** Reads the heads that come on one connection: most lines are those of the head before, and are known by their text. */
export class HeadLines {
  #known: readonly HeadLine[] = [];
  readonly #isUsual: (line: HeadLine) => boolean;

  /** `isUsual`: by the line alone; asked of each that is not known. */
  constructor(isUsual: (line: HeadLine) => boolean) {
    this.#isUsual = isUsual;
  }

  /** The lines from there to the end of `head`, whose last ends in CRLF too; null where one is no plain header line, or not a usual one. */
  read(head: string, from: number): readonly HeadLine[] | null {
    const lines: HeadLine[] = [];
    for (let at = from; at < head.length;) {
      const known = this.#known[lines.length];
      const isKnown = known !== undefined && head.startsWith(known.text, at);
      const line = isKnown ? known : lineAt(head, at);
      if (line === null || (!isKnown && !this.#isUsual(line))) return null;
      lines.push(line);
      at += line.text.length;
    }
    this.#known = lines;
    return lines;
  }
}

function lineAt(head: string, at: number): HeadLine | null {
  headerLine.lastIndex = at;
  const [text, name, value] = headerLine.exec(head) ?? [];
  if (text === undefined || name === undefined || value === undefined) return null;
  return { text, name: name.toLowerCase(), value: value.trim() };
}

/** The length that these lines give: NaN where they give none, several or anything but a decimal number. */
export function contentLength(lines: readonly HeadLine[]): number {
  let length = NaN;
  for (const { name, value } of lines)
    if (name === "content-length") {
      if (!Number.isNaN(length) || !/^\d{1,15}$/.test(value)) return NaN;
      length = Number(value);
    }
  return length;
}
