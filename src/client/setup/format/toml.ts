import { parse, TomlError } from "smol-toml";
import { problemAt, type Edit, type Edits, type Format, type Read } from "./format.ts";
import { beforeNewLine, lineEndOf } from "./layout.ts";
import { sectionsOf, type Section } from "./toml-sections.ts";
import { isTable, valueAt, type Plain, type Value } from "./value.ts";

/** TOML 1.0: what is put is a table of its own at the end; nothing else of the text is touched. */
export const toml: Format = {
  read,
  put(text, path, value) {
    const found = read(text);
    if (!found.ok) return found;
    const standing = valueAt(found.value, path) === undefined ? [] : sectionEdits(text, path);
    if (standing === null) return inline(text);
    const lineEnd = lineEndOf(text);
    const gap = text.trim() === "" ? "" : lineEnd;
    const insert = beforeNewLine(text, lineEnd) + gap + tableText(path, value, lineEnd);
    return { ok: true, edits: [...standing, { at: text.length, remove: 0, insert }] };
  },
  remove(text, path) {
    const edits = sectionEdits(text, path);
    return edits === null ? inline(text) : { ok: true, edits };
  },
};

function read(text: string): Read {
  try {
    return { ok: true, value: valueOf(parse(text, { integersAsBigInt: "asNeeded" })) };
  } catch (error) {
    if (error instanceof TomlError) {
      const [first = ""] = error.message.replace(/^Invalid TOML document: /, "").split("\n");
      return { ok: false, problem: { line: error.line, column: error.column, message: `Not valid TOML: ${first}.` } };
    }
    if (error instanceof RangeError) return problemAt(text, 0, "It is nested too deeply.");
    throw error;
  }
}

function valueOf(value: unknown): Value {
  if (Array.isArray(value)) return value.map(valueOf);
  if (value instanceof Date) return value;
  if (typeof value === "object" && value !== null)
    return new Map(Object.entries(value).map(([key, member]) => [key, valueOf(member)]));
  // The parser's leaves: text, number, bigint, boolean.
  return value as Value;
}

/** Cuts the table of this path, and those below it, each with the blank line before it; null where it is no table of its own. */
function sectionEdits(text: string, path: readonly string[]): readonly Edit[] | null {
  const own = sectionsOf(text).filter((section) => path.every((key, index) => section.path[index] === key));
  return own.length === 0 ? null : own.map((section) => cut(text, section));
}

function cut(text: string, { start, end }: Section): Edit {
  const blank = /(?<=\n)\r?\n$/.exec(text.slice(0, start))?.[0].length ?? 0;
  return { at: start - blank, remove: end - start + blank, insert: "" };
}

function inline(text: string): Edits {
  return problemAt(text, 0, "The server stands in an inline table: change it by hand.");
}

function tableText(path: readonly string[], value: Plain, lineEnd: string): string {
  const members = isTable(value) ? Object.entries(value) : [];
  const lines = [
    `[${path.map(keyText).join(".")}]`,
    ...members.map(([key, member]) => `${keyText(key)} = ${valueText(member)}`),
  ];
  return lines.map((line) => line + lineEnd).join("");
}

function valueText(value: Plain): string {
  if (isTable(value)) {
    const members = Object.entries(value).map(([key, member]) => `${keyText(key)} = ${valueText(member)}`);
    return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
  }
  if (typeof value === "object" && value !== null) return `[${value.map(valueText).join(", ")}]`;
  return typeof value === "string" ? quoted(value) : String(value);
}

function keyText(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : quoted(key);
}

/** A basic string; JSON escapes all that TOML wants escaped but DEL. */
const quoted = (text: string): string => JSON.stringify(text).replaceAll("\u007F", String.raw`\u007F`);
