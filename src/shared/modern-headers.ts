import type { JsonObject } from "./json.ts";
import type { ProtocolHeaders } from "./target.ts";

/** The header that repeats a body field of these methods (2026-07-28). */
export const nameHeaderSource: ReadonlyMap<string, string> = new Map([
  ["tools/call", "name"],
  ["prompts/get", "name"],
  ["resources/read", "uri"],
]);

/** The standard headers of a modern request of our own making, from its body. */
export function modernHeaders(version: string, method: string, params: JsonObject): ProtocolHeaders {
  const base = { "mcp-protocol-version": version, "mcp-method": method };
  const field = nameHeaderSource.get(method);
  const name = field === undefined ? undefined : params[field];
  return typeof name === "string" ? { ...base, "mcp-name": headerValue(name) } : base;
}

/** A text as a header's value, encoded where it can't be one as it is (2026-07-28, "Value Encoding"). */
export function headerValue(text: string): string {
  const plain = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !text.startsWith("=?");
  return plain ? text : `=?base64?${toBase64(text)}?=`;
}

// This folder knows no Node.
function toBase64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(""));
}
