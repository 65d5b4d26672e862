import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import type { ProtocolHeaders, RpcId, RpcMessage } from "../../shared/target.ts";
import { standardHeaderMismatch } from "./headers.ts";

/** Legacy: 2025-11-25 and older, sessions. Modern: 2026-07-28 and newer, each request for itself. */
type Era = "legacy" | "modern";

/** What a POST body is. */
export type Classified =
  | {
      readonly kind: "request";
      readonly era: Era;
      readonly message: RpcMessage;
      readonly id: RpcId;
      readonly method: string;
      readonly params: JsonObject;
    }
  | {
      readonly kind: "notification";
      readonly era: Era;
      readonly message: RpcMessage;
      readonly method: string;
      readonly params: JsonObject;
    }
  | { readonly kind: "response"; readonly message: RpcMessage }
  | { readonly kind: "batch"; readonly items: readonly Json[] }
  | Rejection;

interface Rejection {
  readonly kind: "rejected";
  readonly status: number;
  readonly id: RpcId | null;
  readonly code: number;
  readonly message: string;
  readonly data?: Json;
}

export const parseErrorCode = -32700;
export const invalidRequestCode = -32600;
export const methodNotFoundCode = -32601;
export const invalidParamsCode = -32602;
export const internalErrorCode = -32603;
export const headerMismatchCode = -32020; // 2026-07-28, Streamable HTTP, "Standard request headers"
const firstModern = "2026-07-28";
const versionKey = "io.modelcontextprotocol/protocolVersion";

/** Tells a POST body's kind and era, and refuses headers that disagree with it (both eras). */
export function classify(body: Json, headers: ProtocolHeaders): Classified {
  if (Array.isArray(body)) return body.length > 0 ? { kind: "batch", items: body } : invalid("An empty batch.");
  if (!isJsonObject(body) || body.jsonrpc !== "2.0") return invalid("Not a JSON-RPC 2.0 message.");
  const { id, method, params = {} } = body;
  if (method === undefined) return classifyResponse(body as RpcMessage, id);
  if (typeof method !== "string") return invalid("`method` must be a string.", idOf(id));
  if (!isJsonObject(params)) return invalid("`params` must be an object.", idOf(id));
  if ("result" in body || "error" in body) return invalid("Neither a request nor a response.", idOf(id));
  const era = eraOf(method, params, headers);
  if (typeof era !== "string") return { ...era, id: idOf(id) };
  // Built anew: a member beside these would reach the target unjudged and unseen (rule 3).
  const envelope = { jsonrpc: "2.0", method, ...(body.params === undefined ? {} : { params }) } as const;
  if (id === undefined) return { kind: "notification", era, message: envelope, method, params };
  const requestId = idOf(id);
  if (requestId === null) return invalid("`id` must be a string or a whole number.");
  const mismatch = era === "modern" ? standardHeaderMismatch(method, params, headers) : null;
  if (mismatch) return rejection(400, headerMismatchCode, mismatch, requestId);
  return { kind: "request", era, message: { ...envelope, id: requestId }, id: requestId, method, params };
}

function classifyResponse(message: RpcMessage, id: Json | undefined): Classified {
  if (idOf(id) === null || "result" in message === "error" in message) return invalid("Not a JSON-RPC 2.0 message.");
  return { kind: "response", message };
}

function eraOf(method: string, params: JsonObject, headers: ProtocolHeaders): Era | Rejection {
  const header = headers["mcp-protocol-version"];
  const meta = params._meta;
  const claim = isJsonObject(meta) ? meta[versionKey] : undefined;
  if (claim !== undefined && typeof claim !== "string")
    return rejection(400, invalidParamsCode, `_meta["${versionKey}"] must be a string.`);
  if (claim !== undefined && claim >= firstModern) {
    if (header !== undefined && header !== claim) return mismatch("MCP-Protocol-Version", header, claim);
    // It would turn the one conversation that all clients of this principal share into a session.
    if (method === "initialize")
      return rejection(404, methodNotFoundCode, `Revision ${claim} has no initialize: begin with server/discover.`);
    const named = headers["mcp-method"];
    if (named !== undefined && named !== method) return mismatch("Mcp-Method", named, method);
    return "modern";
  }
  if (header === undefined || header < firstModern) return "legacy";
  if (method === "initialize")
    return mismatch("MCP-Protocol-Version", header, "initialize, which that revision does not have");
  if (method.startsWith("notifications/")) return "modern";
  return rejection(
    400,
    invalidParamsCode,
    `MCP-Protocol-Version names ${header}, but _meta["${versionKey}"] is missing.`,
  );
}

function mismatch(header: string, said: string, body: string): Rejection {
  return rejection(400, headerMismatchCode, `The ${header} header names ${said}, the body ${body}.`);
}

function invalid(message: string, id: RpcId | null = null): Rejection {
  return rejection(400, invalidRequestCode, message, id);
}

function rejection(status: number, code: number, message: string, id: RpcId | null = null): Rejection {
  return { kind: "rejected", status, id, code, message };
}

function idOf(id: Json | undefined): RpcId | null {
  return typeof id === "string" || (typeof id === "number" && Number.isSafeInteger(id)) ? id : null;
}
