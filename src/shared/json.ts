/** Any JSON value, as parsed. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value, as `JSON.parse` gives them, is JSON throughout, and nested no deeper than what walks it can follow. */
export function isJson(value: unknown): value is Json {
  return isJsonWithin(value, deepest);
}

/** Far more than any payload needs, far less than a stack holds. */
const deepest = 512;

function isJsonWithin(value: unknown, levels: number): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null)
    return value === null || ["string", "boolean"].includes(typeof value);
  return levels > 0 && Object.values(value).every((member) => isJsonWithin(member, levels - 1));
}

/**
 * The canonical text of a JSON value (RFC 8785): members sorted by UTF-16 code units, no white space,
 * numbers and strings as ECMAScript writes them. Two values are equal exactly when their texts are.
 */
export function canonical(value: Json): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const object = value as JsonObject;
  const members = Object.keys(object)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(object[key] as Json)}`);
  return `{${members.join(",")}}`;
}

/** SHA-256 over the canonical text's UTF-8 bytes, as base64url without padding. */
export async function digest(value: Json): Promise<string> {
  const bytes = new TextEncoder().encode(canonical(value));
  return base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

/** Bytes as base64url without padding (RFC 4648, section 5). */
function base64url(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
