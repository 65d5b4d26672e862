import { canonical, isJsonObject, type Json, type JsonObject } from "./json.ts";

/** In which order the members of an object stand: as they are (`JSON.stringify`), or sorted (`canonical`). */
export type MemberOrder = "own" | "canonical";

/** The length from which a value is worth being handled in slices, in characters: what is shorter takes a millisecond or two. */
export const longText = 262_144;

/** How many characters a piece has, about. */
const pieceLength = 16_384;
const stringPiece = 32_768;

/** Whether a value's text is longer than so many characters, about. It looks at no more of the value than it takes to tell. */
export function outweighs(value: Json, most: number): boolean {
  return leftOver(value, most) < 0;
}

/**
 * The text of a value, in pieces of some ten thousand characters: that of `JSON.stringify`, or of `canonical`. Each costs the same, however
 * long the whole is.
 */
export function* jsonPieces(value: Json, order: MemberOrder): Generator<string, void> {
  if (typeof value === "string" && value.length > stringPiece) yield* stringPieces(value);
  else if (typeof value !== "object" || value === null || !outweighs(value, pieceLength)) yield textOf(value, order);
  else if (Array.isArray(value)) yield* listPieces(value, order);
  else if (isJsonObject(value)) yield* objectPieces(value, order);
}

function* listPieces(list: readonly Json[], order: MemberOrder): Generator<string, void> {
  let text = "[";
  let isFirst = true;
  for (const element of list) {
    if (!isFirst) text += ",";
    isFirst = false;
    if (outweighs(element, pieceLength)) {
      yield text;
      text = "";
      yield* jsonPieces(element, order);
    } else text += textOf(element, order);
    if (text.length > pieceLength) {
      yield text;
      text = "";
    }
  }
  yield `${text}]`;
}

function* objectPieces(object: JsonObject, order: MemberOrder): Generator<string, void> {
  const names = Object.keys(object);
  if (order === "canonical") names.sort();
  let text = "{";
  let isFirst = true;
  for (const name of names) {
    const member = object[name];
    // As JSON.stringify has it; the canonical text has no such member.
    if (member === undefined && order === "own") continue;
    text += `${isFirst ? "" : ","}${JSON.stringify(name)}:`;
    isFirst = false;
    if (member !== undefined && outweighs(member, pieceLength)) {
      yield text;
      text = "";
      yield* jsonPieces(member, order);
    } else text += textOf(member as Json, order);
    if (text.length > pieceLength) {
      yield text;
      text = "";
    }
  }
  yield `${text}}`;
}

/** A string's pieces end between two characters: half of one would be written as an escape. */
function* stringPieces(text: string): Generator<string, void> {
  yield '"';
  for (let from = 0; from < text.length;) {
    let to = Math.min(text.length, from + stringPiece);
    if (to < text.length && isHighSurrogate(text.charCodeAt(to - 1))) to += 1;
    yield JSON.stringify(text.slice(from, to)).slice(1, -1);
    from = to;
  }
  yield '"';
}

function textOf(value: Json, order: MemberOrder): string {
  return order === "own" ? JSON.stringify(value) : canonical(value);
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

/** What each value costs beside its characters: what it is to look at it. */
const weightOfValue = 16;

function leftOver(value: Json, most: number): number {
  if (typeof value === "string") return most - value.length;
  if (typeof value !== "object" || value === null) return most - weightOfValue;
  let left = most - weightOfValue;
  if (Array.isArray(value)) {
    for (const element of value as readonly Json[]) {
      if (left < 0) return left;
      left = leftOver(element, left);
    }
    return left;
  }
  const object = value as JsonObject;
  for (const name in object) {
    if (left < 0) return left;
    left = leftOver(object[name] as Json, left - name.length);
  }
  return left;
}
