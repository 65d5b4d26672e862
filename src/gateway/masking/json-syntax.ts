import type { Sliced } from "../../shared/slices.ts";

/** Up to this length the platform's parser is asked, which can't be interrupted. */
const short = 32_768;
/** How many characters are read between two yields. */
const slice = 32_768;

/** As much white space is looked through in one go. */
const mostSpace = 32_768;

/** Whether what begins at `from` looks like an object, a list or a quoted string of JSON. */
export function mayBeJson(text: string, from = 0): boolean {
  const to = Math.min(text.length, from + mostSpace);
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at);
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return code === 123 || code === 91 || code === 34;
  }
  // Whoever looks closely does so in slices.
  return to < text.length;
}

/** Whether a text is one JSON value (RFC 8259). Yields now and then. */
export function* isJsonText(text: string): Sliced<boolean> {
  if (text.length > short) return yield* isJsonSlowly(text);
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

type Expected = "value" | "valueOrEnd" | "name" | "nameOrEnd" | "colon" | "commaOrEnd" | "end";

/** A reader without recursion: `open` holds the brackets it is in. */
function* isJsonSlowly(text: string): Sliced<boolean> {
  const open: number[] = [];
  let expected: Expected = "value";
  let pause = slice;
  for (let at = skipSpace(text, 0); at < text.length; at = skipSpace(text, at)) {
    if (at > pause) {
      pause = at + slice;
      yield;
    }
    const code = text.charCodeAt(at);
    if (expected === "end") return false;
    if (code === 123 || code === 91) {
      if (expected !== "value" && expected !== "valueOrEnd") return false;
      open.push(code);
      expected = code === 123 ? "nameOrEnd" : "valueOrEnd";
      at += 1;
    } else if (code === 125 || code === 93) {
      const empty = code === 125 ? expected === "nameOrEnd" : expected === "valueOrEnd";
      if ((!empty && expected !== "commaOrEnd") || open.pop() !== code - 2) return false;
      expected = open.length === 0 ? "end" : "commaOrEnd";
      at += 1;
    } else if (code === 44) {
      if (expected !== "commaOrEnd") return false;
      expected = open.at(-1) === 123 ? "name" : "value";
      at += 1;
    } else if (code === 58) {
      if (expected !== "colon") return false;
      expected = "value";
      at += 1;
    } else {
      const isName: boolean = expected === "name" || expected === "nameOrEnd";
      if (!isName && expected !== "value" && expected !== "valueOrEnd") return false;
      if (isName && code !== 34) return false;
      at = code === 34 ? endOfStrictString(text, at) : endOfWord(text, at);
      if (at < 0) return false;
      expected = isName ? "colon" : open.length === 0 ? "end" : "commaOrEnd";
    }
  }
  return expected === "end";
}

function skipSpace(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return at;
    at += 1;
  }
}

/** The index after the string at `from`, or -1 where it isn't one. */
function endOfStrictString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 34) return at + 1;
    if (code < 32) return -1;
    if (code === 92) {
      at += 1;
      if (text[at] === "u") {
        if (!/^[0-9a-fA-F]{4}$/.test(text.slice(at + 1, at + 5))) return -1;
        at += 4;
      } else if (!'"\\/bfnrt'.includes(text[at] ?? " ")) return -1;
    }
  }
  return -1;
}

const word = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

function endOfWord(text: string, from: number): number {
  word.lastIndex = from;
  return word.test(text) ? word.lastIndex : -1;
}
