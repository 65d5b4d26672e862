import { createHash } from "node:crypto";
import type { JsonObject } from "../../shared/json.ts";
import type { BinaryMode } from "./kinds.ts";

/** Shorter text is looked at as any other: it could be anything. */
const shortest = 64;

/** The member of an MCP content block that holds base64 (`data` of image and audio, `blob` of a resource), or null. */
export function binaryMember(object: JsonObject): "data" | "blob" | null {
  if (isBase64(object.data) && (object.type === "image" || object.type === "audio")) return "data";
  return isBase64(object.blob) && typeof object.uri === "string" ? "blob" : null;
}

/** What stands in place of base64 content: itself, nothing, or the SHA-256 of its bytes, which is valid base64 as clients demand. */
export function maskBinary(content: string, mode: BinaryMode): string {
  switch (mode) {
    case "allow":
      return content;
    case "drop":
      return "";
    case "hash":
      return createHash("sha256").update(Buffer.from(content, "base64")).digest("base64");
    default:
      return mode satisfies never;
  }
}

function isBase64(value: unknown): boolean {
  if (typeof value !== "string" || value.length < shortest || value.length % 4 !== 0) return false;
  // Bytes show in capitals and small letters: a row of digits or a word is looked at as text.
  return /^[A-Za-z0-9+/]*={0,2}$/.test(value) && /[a-z]/.test(value) && /[A-Z]/.test(value);
}
