import { isCollection, isNode, isScalar, parse, type Pair, type YAMLMap } from "yaml";
import { problemAt, type Edit, type Edits } from "./format.ts";
import { indentAt, lineEndOf, lineStart, lineStop, startsLine } from "./layout.ts";
import type { Plain } from "./value.ts";

/** The pair of a map by its key, where that is plain text. */
export function pairOf(map: YAMLMap, name: string): Pair | null {
  return map.items.find(({ key }) => isScalar(key) && key.value === name) ?? null;
}

export function startOf(node: unknown): number {
  return (isNode(node) ? node.range?.[0] : undefined) ?? 0;
}

/** Lines directly below the line of a key, so that comments below it stay with what they stand before. `map`: its value, where it has one. */
export function linesBelow(
  text: string,
  key: number,
  map: YAMLMap | null,
  path: readonly string[],
  value: Plain,
): Edits {
  const at = lineStop(text, key);
  const first = map?.items[0];
  const from = first === undefined ? null : startOf(first.key);
  if (from !== null && from < at) return problemAt(text, key, "It is laid out in a way that can't be changed safely.");
  const indent = from === null ? `${indentAt(text, key)}  ` : indentAt(text, from);
  const lineEnd = lineEndOf(text);
  const gap = text.slice(0, at).endsWith("\n") ? "" : lineEnd;
  return { ok: true, edits: [{ at, remove: 0, insert: gap + blockLines(path, value, indent, lineEnd) }] };
}

/** A member more in `{a: 1}`, after the last one; JSON is YAML there. */
export function besideLast(map: YAMLMap, path: readonly string[], value: Plain): Edits {
  const [name = "", ...rest] = path;
  const nested = rest.reduceRight<Plain>((inner, key) => ({ [key]: inner }), value);
  const member = `${JSON.stringify(name)}: ${JSON.stringify(nested)}`;
  const last = map.items.at(-1);
  const at = last === undefined ? (map.range?.[0] ?? 0) + 1 : endOf(last);
  return { ok: true, edits: [{ at, remove: 0, insert: last === undefined ? member : `, ${member}` }] };
}

export function replacePair(text: string, map: YAMLMap, pair: Pair, name: string, value: Plain): Edits {
  if (map.flow === true) {
    const from = startOf(pair.key);
    const insert = `${JSON.stringify(name)}: ${JSON.stringify(value)}`;
    return { ok: true, edits: [{ at: from, remove: endOf(pair) - from, insert }] };
  }
  const lines = linesOf(text, pair);
  if (lines === null) return strange(text, pair);
  const insert = blockLines([name], value, indentAt(text, startOf(pair.key)), lineEndOf(text));
  return { ok: true, edits: [{ ...lines, insert }] };
}

export function removePair(text: string, map: YAMLMap, pair: Pair): Edits {
  if (map.flow !== true) {
    const lines = linesOf(text, pair);
    return lines === null ? strange(text, pair) : { ok: true, edits: [lines] };
  }
  const index = map.items.indexOf(pair);
  const [previous, next] = [map.items[index - 1], map.items[index + 1]];
  const from = previous === undefined ? startOf(pair.key) : endOf(previous);
  const to = previous === undefined && next !== undefined ? startOf(next.key) : endOf(pair);
  return { ok: true, edits: [{ at: from, remove: to - from, insert: "" }] };
}

/** A value as lines of block maps; lists and empty maps as JSON. */
export function blockLines(path: readonly string[], value: Plain, indent: string, lineEnd: string): string {
  const [name, ...rest] = path;
  if (name === undefined) return "";
  const key = `${indent}${keyText(name)}:`;
  const inner = `${indent}  `;
  if (rest.length > 0) return `${key}${lineEnd}${blockLines(rest, value, inner, lineEnd)}`;
  if (typeof value !== "object" || value === null || Array.isArray(value) || Object.keys(value).length === 0)
    return `${key} ${JSON.stringify(value)}${lineEnd}`;
  const members = Object.entries(value).map(([each, member]) => blockLines([each], member, inner, lineEnd));
  return `${key}${lineEnd}${members.join("")}`;
}

/** The whole lines of a pair of a block map, or null where it shares its lines with others. */
function linesOf(text: string, pair: Pair): Edit | null {
  const start = startOf(pair.key);
  const end = endOf(pair);
  if (!startsLine(text, start)) return null;
  const at = lineStart(text, start);
  // A block scalar's end is past its line already.
  const to = text[end - 1] === "\n" ? end : lineStop(text, end);
  return { at, remove: to - at, insert: "" };
}

function strange(text: string, pair: Pair): Edits {
  return problemAt(text, startOf(pair.key), "It is laid out in a way that can't be changed safely.");
}

/** Where a node or pair ends, without the comments and blank lines after it. */
function endOf(node: unknown): number {
  if (isCollection(node) && node.flow !== true) {
    const last = node.items.at(-1);
    return last === undefined ? startOf(node) : endOf(last);
  }
  if (isNode(node)) return node.range?.[1] ?? 0;
  const pair = node as Pair;
  return pair.value === null || (isScalar(pair.value) && pair.value.source === "") ? afterKey(pair) : endOf(pair.value);
}

const afterKey = (pair: Pair): number => (isNode(pair.key) ? (pair.key.range?.[1] ?? 0) : 0);

/** Plain where no reader of YAML, of 1.1 or 1.2, takes it for something else than text. */
function keyText(name: string): string {
  const plain = /^[A-Za-z_][\w-]*$/.test(name) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(name);
  return plain && parse(name) === name ? name : JSON.stringify(name);
}
