import { parse, TomlError } from "smol-toml";
import { problemAt, type Edit, type Edits, type Format, type Read } from "./format.ts";
import { lately } from "./lately.ts";
import { beforeNewLine, lineEndOf } from "./layout.ts";
import { sectionsOf, type Section } from "./toml-sections.ts";
import { isTable, valueAt, type Plain, type Value } from "./value.ts";

/** TOML 1.0: what is put is a table of its own at the end; nothing else of the text is touched. */
export const toml: Format = {
  mostBytes: 2 * 1024 * 1024,
  read: (text) => read(text),
  put(text, path, value) {
    const found = read(text);
    if (!found.ok) return found;
    const lineEnd = lineEndOf(text);
    const table = tableText(path, value, lineEnd);
    if (valueAt(found.value, path) === undefined) {
      const gap = text.trim() === "" ? "" : lineEnd;
      return { ok: true, edits: [{ at: text.length, remove: 0, insert: beforeNewLine(text, lineEnd) + gap + table }] };
    }
    const [own, ...inner] = sectionsBelow(text, path);
    if (own === undefined) return inline(text);
    const replaced = { at: own.start, remove: own.end - own.start, insert: table };
    return { ok: true, edits: [replaced, ...inner.map((section) => cut(text, section))] };
  },
  remove(text, path) {
    const own = sectionsBelow(text, path);
    return own.length === 0 ? inline(text) : { ok: true, edits: own.map((section) => cut(text, section)) };
  },
};

const read = lately(parsed);

function parsed(text: string): Read {
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

/** The table of this path and those below it; none where it is no table of its own. */
function sectionsBelow(text: string, path: readonly string[]): readonly Section[] {
  return sectionsOf(text).filter((section) => path.every((key, index) => section.path[index] === key));
}

/** With the blank line before it. */
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
