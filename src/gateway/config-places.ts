import { isAlias, isMap, isScalar, isSeq, type Document, type LineCounter, type Node } from "yaml";

/** Something wrong at a path of the configuration. */
export interface Finding {
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** The member's name is wrong, rather than its value. */
  readonly key?: boolean;
  /** Where in the text of the value it is wrong, in UTF-16 code units. */
  readonly within?: number;
}

/** Where something stands in the file, counted from 1, and the path to it, such as `rules[2].effect`. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly at: string;
}

export interface Problem extends Place {
  /** What is wrong and what to do. */
  readonly message: string;
}

/** Finds a path's place in the YAML document of this text: where it is missing, that of the nearest thing around it. */
export function locate(document: Document.Parsed, lines: LineCounter, finding: Finding, text = ""): Problem {
  const offset = offsetWithin(document, finding, text) ?? offsetOf(document, finding) ?? 0;
  const { line, col } = lines.linePos(offset);
  return { line, column: col, at: pathText(finding.path), message: finding.message };
}

function offsetOf(document: Document.Parsed, { path, key }: Finding): number | undefined {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const [index, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (pair === undefined) return offset;
      const last = index === path.length - 1;
      // An empty value stands nowhere: its name does.
      offset = (last && key === true) || isEmpty(pair.value) ? startOf(pair.key) : startOf(pair.value);
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (node === undefined) return offset;
      offset = startOf(node);
    } else return offset;
  }
  return offset;
}

/** The place inside a text value: its line is looked for as it stands in the file, which holds unless it is escaped or folded. */
function offsetWithin(document: Document.Parsed, { path, within }: Finding, text: string): number | undefined {
  const node = within === undefined ? undefined : document.getIn(path, true);
  if (!isScalar(node) || typeof node.value !== "string" || node.range == null) return undefined;
  const before = node.value.slice(0, within).split("\n");
  const line = node.value.split("\n")[before.length - 1] ?? "";
  const found = text.slice(0, node.range[1]).indexOf(line, node.range[0]);
  return found < 0 ? undefined : found + (before.at(-1) ?? "").length;
}

function isEmpty(value: unknown): boolean {
  return value === null || (isScalar(value) && value.value === null && value.source === "");
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null)?.range?.[0];
}

function pathText(path: readonly (string | number)[]): string {
  return path.map((step, index) => (typeof step === "number" ? `[${step}]` : index === 0 ? step : `.${step}`)).join("");
}
