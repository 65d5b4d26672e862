import { StringDecoder } from "node:string_decoder";
import { deepestJson, isShallow } from "../shared/json.ts";
import { longText } from "../shared/json-pieces.ts";
import { asRpcMessage } from "../shared/message.ts";
import type { Sliced } from "../shared/slices.ts";
import { parseSlowly } from "../shared/slow-json.ts";
import { TargetError, type RpcMessage } from "../shared/target.ts";
import { inTurns } from "./in-turns.ts";

/** What a target said, as text. Throws TargetError `protocol`. */
export function parseMessage(text: string): RpcMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // No cause: the engine's own message quotes the text (rule 6).
    throw notJson();
  }
  if (!isShallow(text, value)) throw tooDeep();
  return messageOf(value);
}

/** The same in slices, where it is long. Whoever has short text calls `parseMessage`, which costs no turn of the event loop. */
export async function parseLongMessage(text: string): Promise<RpcMessage> {
  if (text.length < longText) return parseMessage(text);
  const parsed = await inTurns(parseSlowly(text, deepestJson));
  if (!parsed.ok) throw parsed.why === "too-deep" ? tooDeep() : notJson();
  return messageOf(parsed.value);
}

/** Bytes as text, as `toString` has it; in slices where they are many. */
export async function textOf(pieces: readonly Uint8Array[], length: number): Promise<string> {
  return length < longText ? Buffer.concat(pieces).toString("utf8") : await inTurns(decoded(pieces));
}

function* decoded(pieces: readonly Uint8Array[]): Sliced<string> {
  const decoder = new StringDecoder("utf8");
  let text = "";
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += slice) {
      const part = piece.subarray(at, at + slice);
      text += decoder.write(Buffer.from(part.buffer, part.byteOffset, part.length));
      yield;
    }
  }
  return text + decoder.end();
}

/** How many bytes are decoded between two yields. */
const slice = 131_072;

function messageOf(value: unknown): RpcMessage {
  const message = asRpcMessage(value);
  if (message === null) throw new TargetError("protocol", "The target sent something that is not JSON-RPC.");
  return message;
}

function notJson(): TargetError {
  return new TargetError("protocol", "The target sent something that is not JSON.");
}

function tooDeep(): TargetError {
  return new TargetError("protocol", "The target sent something that is nested too deep.");
}
