import { createHash } from "node:crypto";
import type { JsonObject } from "../../shared/json.ts";
import type { Sliced } from "../../shared/slices.ts";
import type { BinaryMode } from "./kinds.ts";
import { occurs } from "./occurs.ts";

/** Shorter text is looked at as any other: it could be anything. */
const shortest = 64;

/** The member of an MCP content block that holds base64 (`data` of image and audio, `blob` of a resource), or null. */
export function* binaryMember(object: JsonObject): Sliced<"data" | "blob" | null> {
  if ((object.type === "image" || object.type === "audio") && (yield* isBase64(object.data))) return "data";
  return typeof object.uri === "string" && (yield* isBase64(object.blob)) ? "blob" : null;
}

/** What stands in place of base64 content: itself, nothing, or the SHA-256 of its bytes, which is valid base64 as clients demand. */
export function* maskBinary(content: string, mode: BinaryMode): Sliced<string> {
  switch (mode) {
    case "allow":
      return content;
    case "drop":
      return "";
    case "hash":
      return yield* digestOf(content);
    default:
      return mode satisfies never;
  }
}

function* isBase64(value: unknown): Sliced<boolean> {
  if (typeof value !== "string" || value.length < shortest || value.length % 4 !== 0) return false;
  if (value.length > slice) {
    if (yield* occurs(/[^A-Za-z0-9+/]/, value.slice(0, -2), 1)) return false;
    const hasBoth = (yield* occurs(/[a-z]/, value, 1)) && (yield* occurs(/[A-Z]/, value, 1));
    return hasBoth && /^(?:[A-Za-z0-9+/]{2}|[A-Za-z0-9+/]=|==)$/.test(value.slice(-2));
  }
  // Bytes show in capitals and small letters: a row of digits or a word is looked at as text.
  return /^[A-Za-z0-9+/]*={0,2}$/.test(value) && /[a-z]/.test(value) && /[A-Z]/.test(value);
}

function* digestOf(content: string): Sliced<string> {
  const hash = createHash("sha256");
  for (let at = 0; at < content.length; at += slice) {
    hash.update(Buffer.from(content.slice(at, at + slice), "base64"));
    yield;
  }
  return hash.digest("base64");
}

/** How many characters are read between two yields: whole groups of four. */
const slice = 65_536;
