import type { IncomingMessage } from "node:http";
import type { Json, JsonObject } from "../../shared/json.ts";
import { nameHeaderSource } from "../../shared/modern-headers.ts";
import type { ProtocolHeaders } from "../../shared/target.ts";

/** The protocol's headers of a client's request. */
export function protocolHeaders(request: IncomingMessage): ProtocolHeaders {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === "string" && /^mcp-(protocol-version|method|name|param-.+)$/.test(name))
      headers[name] = value.trim();
  }
  return headers;
}

/**
 * The headers that go on to the target: of a legacy request the version alone, of a modern one those that repeat its body and were compared
 * with it. A target or a proxy before it could act on any other, and what runs must be what was judged (rule 3).
 */
export function judgedHeaders(headers: ProtocolHeaders, era: "legacy" | "modern", method: string): ProtocolHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => {
      if (name === "mcp-protocol-version") return true;
      if (era === "legacy") return false;
      return name === "mcp-method" || nameHeaderSource.has(method);
    }),
  );
}

/** What of a modern request's standard headers is missing or disagrees with its body, or null. */
export function standardHeaderMismatch(method: string, params: JsonObject, headers: ProtocolHeaders): string | null {
  if (headers["mcp-protocol-version"] === undefined) return "The MCP-Protocol-Version header is missing.";
  if (headers["mcp-method"] === undefined) return "The Mcp-Method header is missing.";
  const field = nameHeaderSource.get(method);
  const value = field === undefined ? undefined : params[field];
  if (typeof value !== "string") return null;
  const header = headers["mcp-name"];
  if (header === undefined) return "The Mcp-Name header is missing.";
  return decodeHeader(header) === value ? null : `The Mcp-Name header does not name params.${field}.`;
}

/** An `Mcp-Param-*` header whose value is nowhere in the arguments, or null. */
export function unjudgedHeader(headers: ProtocolHeaders, params: JsonObject): string | null {
  const repeated = Object.entries(headers).filter(([name]) => name.startsWith("mcp-param-"));
  if (repeated.length === 0) return null;
  const values = new Set<string>();
  collectScalars(params.arguments ?? null, values);
  return repeated.find(([, value]) => !values.has(decodeHeader(value)))?.[0] ?? null;
}

function collectScalars(value: Json, into: Set<string>): void {
  if (typeof value !== "object" || value === null) into.add(String(value));
  else for (const each of Object.values(value) as readonly Json[]) collectScalars(each, into);
}

/** `=?base64?…?=` carries what a header value can't (2026-07-28). */
function decodeHeader(value: string): string {
  const encoded = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/.exec(value)?.[1];
  return encoded === undefined ? value : Buffer.from(encoded, "base64").toString("utf8");
}
