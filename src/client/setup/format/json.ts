import { parseTree, printParseErrorCode, type Node, type ParseError } from "jsonc-parser";
import { problemAt, type Edits, type Format, type Read } from "./format.ts";
import { lately } from "./lately.ts";
import { insertInto, removeFrom, replaceIn, wholeObject } from "./json-edits.ts";
import type { Plain, Value } from "./value.ts";

/** JSON as its specification has it (RFC 8259): a comment or a comma too many is an error for the client as well. */
export const json: Format = formatOf({ disallowComments: true, allowTrailingComma: false });

/** JSON with comments and trailing commas, as editors write it. */
export const jsonc: Format = formatOf({ disallowComments: false, allowTrailingComma: true });

interface Strictness {
  readonly disallowComments: boolean;
  readonly allowTrailingComma: boolean;
}
type Parsed =
  | { readonly ok: true; readonly root: Node | undefined; readonly value: Value }
  | Extract<Read, { readonly ok: false }>;

function formatOf(strictness: Strictness): Format {
  const parsedOf = lately((text) => parse(text, strictness));
  return {
    // Claude Code keeps its history in its settings.
    mostBytes: 8 * 1024 * 1024,
    read(text) {
      const parsed = parsedOf(text);
      return parsed.ok ? { ok: true, value: parsed.value } : parsed;
    },
    put(text, path, value) {
      const parsed = parsedOf(text);
      if (!parsed.ok) return parsed;
      return parsed.root === undefined ? wholeObject(text, path, value) : put(text, parsed.root, path, value);
    },
    remove(text, path) {
      const parsed = parsedOf(text);
      return parsed.ok && parsed.root !== undefined
        ? remove(text, parsed.root, path)
        : problemAt(text, 0, "It is empty.");
    },
  };
}

function parse(text: string, strictness: Strictness): Parsed {
  const errors: ParseError[] = [];
  let root: Node | undefined;
  try {
    root = parseTree(text, errors, { ...strictness, allowEmptyContent: true });
  } catch (error) {
    if (error instanceof RangeError) return problemAt(text, 0, "It is nested too deeply.");
    throw error;
  }
  const [first] = errors;
  if (first !== undefined) return problemAt(text, first.offset, wordsOf(printParseErrorCode(first.error)));
  if (root !== undefined && root.type !== "object") return problemAt(text, root.offset, "It is not an object.");
  return { ok: true, root, value: root === undefined ? new Map() : valueOf(root) };
}

function put(text: string, object: Node, path: readonly string[], value: Plain): Edits {
  const [key = "", ...rest] = path;
  const found = member(text, object, key);
  if (!found.ok) return found;
  if (found.property === null) return { ok: true, edits: insertInto(text, object, path, value) };
  const at = found.property.children?.[1];
  if (at === undefined) return problemAt(text, found.property.offset, `${JSON.stringify(key)} has no value.`);
  if (rest.length === 0) return { ok: true, edits: replaceIn(text, found.property, at, value) };
  if (at.type !== "object") return problemAt(text, at.offset, `${JSON.stringify(key)} is not an object.`);
  return put(text, at, rest, value);
}

function remove(text: string, object: Node, path: readonly string[]): Edits {
  const [key = "", ...rest] = path;
  const found = member(text, object, key);
  if (!found.ok) return found;
  const at = found.property?.children?.[1];
  if (found.property === null || at === undefined)
    return problemAt(text, object.offset, `${JSON.stringify(key)} is not there.`);
  return rest.length === 0 ? { ok: true, edits: removeFrom(text, object, found.property) } : remove(text, at, rest);
}

type Member = { readonly ok: true; readonly property: Node | null } | Extract<Edits, { readonly ok: false }>;

/** A member by its name. Twice the same name is nobody's to choose from: one client takes the first, another the last. */
function member(text: string, object: Node, key: string): Member {
  const [property = null, second] = (object.children ?? []).filter((each) => each.children?.[0]?.value === key);
  if (second !== undefined) return problemAt(text, second.offset, `${JSON.stringify(key)} is there twice.`);
  return { ok: true, property };
}

function valueOf(node: Node): Value {
  const children = node.children ?? [];
  switch (node.type) {
    case "object":
      return new Map(
        children.flatMap(({ children: [key, value] = [] }) => (key && value ? [[key.value, valueOf(value)]] : [])),
      );
    case "array":
      return children.map(valueOf);
    default:
      // A leaf's own value, by the parser: a text, number, boolean or null.
      return node.value as Value;
  }
}

/** `CommaExpected` as words. */
function wordsOf(code: string): string {
  return `${code.replaceAll(/(?<!^)([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`)}.`;
}
