import { isMap, isScalar, LineCounter, parseDocument, type Document, type YAMLMap } from "yaml";
import { problemAt, type Edits, type Format, type Read } from "./format.ts";
import { lately } from "./lately.ts";
import { beforeNewLine, lineEndOf, lineStop } from "./layout.ts";
import type { Plain, Value } from "./value.ts";
import { besideLast, blockLines, linesBelow, pairOf, removePair, replacePair, startOf } from "./yaml-edits.ts";

/** YAML 1.2: what is put are lines of their own in a block map, or a member of a flow map; nothing else is written anew. */
export const yaml: Format = {
  mostBytes: 1024 * 1024,
  read(text) {
    const parsed = parsedOf(text);
    return parsed.ok ? { ok: true, value: parsed.value } : parsed;
  },
  put(text, path, value) {
    const parsed = parsedOf(text);
    if (!parsed.ok) return parsed;
    const root = parsed.document.contents;
    if (isMap(root)) return put(text, root, null, path, value);
    const lineEnd = lineEndOf(text);
    const insert = beforeNewLine(text, lineEnd) + blockLines(path, value, "", lineEnd);
    return { ok: true, edits: [{ at: text.length, remove: 0, insert }] };
  },
  remove(text, path) {
    const parsed = parsedOf(text);
    if (!parsed.ok) return parsed;
    const root = parsed.document.contents;
    return isMap(root) ? remove(text, root, path) : problemAt(text, 0, "It is empty.");
  },
};

type Parsed =
  | { readonly ok: true; readonly document: Document.Parsed; readonly value: Value }
  | Extract<Read, { readonly ok: false }>;

const parsedOf = lately(parse);

function parse(text: string): Parsed {
  try {
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, strict: true });
    const [error] = document.errors;
    if (error !== undefined) return problemAt(text, error.pos[0], `Not valid YAML: ${error.message}.`);
    const root = document.contents;
    if (root !== null && !isMap(root) && !(isScalar(root) && root.value === null))
      return problemAt(text, root.range[0], "It is not a map.");
    // The library's own values of what it has parsed; maps as Map.
    const value = document.toJS({ mapAsMap: true }) as Value;
    return { ok: true, document, value: value ?? new Map() };
  } catch {
    // Aliases without end, or nesting that the parser's stack can't hold.
    return problemAt(text, 0, "It can't be read: its aliases or its nesting go too far.");
  }
}

/** `key`: where the key that holds this map begins, or null at the root. */
function put(text: string, map: YAMLMap, key: number | null, path: readonly string[], value: Plain): Edits {
  const [name = "", ...rest] = path;
  const pair = pairOf(map, name);
  if (pair === null) return insert(text, map, key, path, value);
  if (rest.length === 0) return replacePair(text, map, pair, name, value);
  if (isMap(pair.value)) return put(text, pair.value, startOf(pair.key), rest, value);
  const nothing =
    pair.value === null || (isScalar(pair.value) && pair.value.value === null && pair.value.source === "");
  if (!nothing || map.flow === true) return problemAt(text, startOf(pair.key), `${name} is not a map.`);
  return linesBelow(text, startOf(pair.key), null, rest, value);
}

function insert(text: string, map: YAMLMap, key: number | null, path: readonly string[], value: Plain): Edits {
  if (map.flow === true) return besideLast(map, path, value);
  if (key !== null) return linesBelow(text, key, map, path, value);
  const lineEnd = lineEndOf(text);
  const lines = beforeNewLine(text, lineEnd) + blockLines(path, value, "", lineEnd);
  return { ok: true, edits: [{ at: lineStop(text, text.length), remove: 0, insert: lines }] };
}

function remove(text: string, map: YAMLMap, path: readonly string[]): Edits {
  const [name = "", ...rest] = path;
  const pair = pairOf(map, name);
  if (pair === null) return problemAt(text, map.range?.[0] ?? 0, `${name} is not there.`);
  if (rest.length === 0) return removePair(text, map, pair);
  return isMap(pair.value)
    ? remove(text, pair.value, rest)
    : problemAt(text, startOf(pair.key), `${name} is not a map.`);
}
