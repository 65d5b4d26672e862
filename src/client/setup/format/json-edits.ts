import type { Node } from "jsonc-parser";
import type { Edit, Edits } from "./format.ts";
import { triviaBetween } from "./json-trivia.ts";
import { beforeNewLine, indentAt, leadOf, lineEndOf, startsLine } from "./layout.ts";
import type { Plain } from "./value.ts";

/** An object in a text that holds none yet. */
export function wholeObject(text: string, path: readonly string[], value: Plain): Edits {
  const lineEnd = lineEndOf(text);
  const written = pretty(nest(path, value), "", "  ", lineEnd);
  return {
    ok: true,
    edits: [{ at: text.length, remove: 0, insert: beforeNewLine(text, lineEnd) + written + lineEnd }],
  };
}

/** Adds a member as the object's last, and changes no byte that is there: only insertions. */
export function insertInto(text: string, object: Node, path: readonly string[], value: Plain): readonly Edit[] {
  const [key = "", ...rest] = path;
  const member = (inner: string): string => `${JSON.stringify(key)}: ${inner}`;
  const inline = member(JSON.stringify(nest(rest, value)));
  const last = object.children?.at(-1);
  const first = object.children?.[0];
  const onOneLine =
    first === undefined ? !text.includes("\n") : !text.slice(object.offset, first.offset).includes("\n");
  if (last !== undefined && onOneLine) return [besideLast(text, object, last, inline)];
  const unit = unitOf(text);
  const outer = indentAt(text, object.offset);
  const indent = last !== undefined && startsLine(text, last.offset) ? indentAt(text, last.offset) : outer + unit;
  const lineEnd = lineEndOf(text);
  const line = lineEnd + indent + member(pretty(nest(rest, value), indent, unit, lineEnd));
  if (last !== undefined) return belowLast(text, object, last, line);
  const inside = triviaBetween(text, object.offset + 1, stop(object) - 1);
  const at = inside.findLast(({ kind }) => kind === "comment")?.end ?? object.offset + 1;
  if (onOneLine && inside.length === 0) return [{ at, remove: 0, insert: inline }];
  const closing = text.slice(at, stop(object)).includes("\n") ? "" : lineEnd + outer;
  return [{ at, remove: 0, insert: line + closing }];
}

/** Puts another value in a member's place, laid out as the old one was. */
export function replaceIn(text: string, property: Node, old: Node, value: Plain): readonly Edit[] {
  const spread = text.slice(old.offset, stop(old)).includes("\n");
  const insert = spread
    ? pretty(value, indentAt(text, property.offset), unitOf(text), lineEndOf(text))
    : JSON.stringify(value);
  return [{ at: old.offset, remove: old.length, insert }];
}

/** Takes a member away, with its comma and its line; comments stay. */
export function removeFrom(text: string, object: Node, property: Node): readonly Edit[] {
  const siblings = object.children ?? [];
  const index = siblings.indexOf(property);
  const [previous, next] = [siblings[index - 1], siblings[index + 1]];
  const inside = [object.offset + 1, stop(object) - 1] as const;
  const after = triviaBetween(text, stop(property), next?.offset ?? inside[1]);
  const comma = after.find(({ kind }) => kind === "comma");
  if (previous === undefined && next === undefined) {
    const around = [...triviaBetween(text, inside[0], property.offset), ...after];
    if (!around.some(({ kind }) => kind === "comment")) return [cut(...inside)];
  }
  const lead = leadOf(text, property.offset);
  if (comma !== undefined) {
    const inlineFirst =
      previous === undefined && next !== undefined && !text.slice(lead, property.offset).includes("\n");
    return [inlineFirst ? cut(property.offset, next.offset) : cut(lead, comma.end)];
  }
  const own = cut(lead, stop(property));
  if (previous === undefined) return [own];
  const before = triviaBetween(text, stop(previous), property.offset).find(({ kind }) => kind === "comma");
  return before === undefined ? [own] : [cut(before.start, before.end), own];
}

function besideLast(text: string, object: Node, last: Node, member: string): Edit {
  const comma = triviaBetween(text, stop(last), stop(object) - 1).find(({ kind }) => kind === "comma");
  if (comma === undefined) return { at: stop(last), remove: 0, insert: `, ${member}` };
  return { at: comma.end, remove: 0, insert: ` ${member},` };
}

/** Below the last member and the comments that follow it on its line, with a comma where its list has one at the end. */
function belowLast(text: string, object: Node, last: Node, line: string): readonly Edit[] {
  const tail = triviaBetween(text, stop(last), stop(object) - 1);
  const comma = tail.findIndex(({ kind }) => kind === "comma");
  const rest = tail.slice(comma + 1);
  const lineBreak = rest.findIndex(({ kind }) => kind === "line-break");
  const sameLine = lineBreak === -1 ? rest : rest.slice(0, lineBreak);
  const at = sameLine.findLast(({ kind }) => kind === "comment")?.end ?? tail[comma]?.end ?? stop(last);
  if (comma !== -1) return [{ at, remove: 0, insert: `${line},` }];
  return [
    { at: stop(last), remove: 0, insert: "," },
    { at, remove: 0, insert: line },
  ];
}

/** What one level is indented by: as the first member of the whole is, two blanks where that can't be seen. */
function unitOf(text: string): string {
  return /^\s*\{[^"]*\n([ \t]+)"/.exec(text)?.[1] ?? "  ";
}

function pretty(value: Plain, indent: string, unit: string, lineEnd: string): string {
  return JSON.stringify(value, null, unit).replaceAll("\n", lineEnd + indent);
}

function nest(path: readonly string[], value: Plain): Plain {
  return path.reduceRight<Plain>((inner, key) => ({ [key]: inner }), value);
}

const stop = (node: Node): number => node.offset + node.length;
const cut = (from: number, to: number): Edit => ({ at: from, remove: to - from, insert: "" });
