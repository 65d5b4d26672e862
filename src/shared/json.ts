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
  return isJsonWithin(value, deepestJson);
}

/** Whether what `JSON.parse` made of this text is nested no deeper than what walks it can follow. */
export function isShallow(text: string, value: unknown): boolean {
  // Each level takes two characters, so what is short needs no look.
  return text.length <= 2 * deepestJson || nestsWithin(value, deepestJson);
}

/** Whether what `JSON.parse` made of a text is nested no deeper than this. */
export function nestsWithin(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((member) => nestsWithin(member, levels - 1));
}

/** Far more than any payload needs, far less than a stack holds. */
export const deepestJson = 512;

function isJsonWithin(value: unknown, levels: number): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null)
    return value === null || ["string", "boolean"].includes(typeof value);
  return levels > 0 && Object.values(value).every((member) => isJsonWithin(member, levels - 1));
}

/**
 * The canonical text of a JSON value (RFC 8785): members sorted by UTF-16 code units, no white space,
 * numbers and strings as ECMAScript writes them. Two values are equal exactly when their texts are. Throws TypeError for what only a
 * wrong type could have let in: undefined, a function.
 */
export function canonical(value: Json): string {
  if (typeof value !== "object" || value === null) return scalar(value);
  let text = "";
  if (Array.isArray(value)) {
    for (const each of value as readonly Json[]) text += text === "" ? canonical(each) : `,${canonical(each)}`;
    return `[${text}]`;
  }
  const object = value as JsonObject;
  for (const key of Object.keys(object).sort()) {
    text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${canonical(object[key] as Json)}`;
  }
  return `{${text}}`;
}

function scalar(value: string | number | boolean | null): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError("A value that is not JSON has no canonical text.");
  return text;
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
