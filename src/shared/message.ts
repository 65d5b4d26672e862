import { isJsonObject, type Json, type JsonObject } from "./json.ts";
import type { RpcId, RpcMessage } from "./target.ts";

export type RpcKind = "request" | "notification" | "response";

/** A parsed value as a JSON-RPC 2.0 message, or null where it isn't exactly one of the three kinds. */
export function asRpcMessage(value: unknown): RpcMessage | null {
  if (!isJsonObject(value as Json | undefined)) return null;
  const message = value as JsonObject;
  if (message.jsonrpc !== "2.0") return null;
  const answers = Number("result" in message) + Number("error" in message);
  if (typeof message.method === "string") {
    if (answers > 0 || (message.id !== undefined && !isRpcId(message.id))) return null;
    return message as RpcMessage;
  }
  if (message.method !== undefined || answers !== 1) return null;
  // An error may answer a request whose id could not be read (JSON-RPC 2.0, section 5).
  const anonymous = "error" in message && (message.id === null || message.id === undefined);
  return anonymous || isRpcId(message.id) ? (message as RpcMessage) : null;
}

/** The kind of a message that has passed `asRpcMessage` or the gateway's classifier. */
export function kindOf(message: RpcMessage): RpcKind {
  if (message.method === undefined) return "response";
  return message.id === undefined ? "notification" : "request";
}

/** An id as MCP has them: a string or a whole number. */
export function isRpcId(value: Json | undefined): value is RpcId {
  return typeof value === "string" || (typeof value === "number" && Number.isSafeInteger(value));
}

/** `params`, empty where there are none or where they are no object. */
export function paramsOf(message: RpcMessage): JsonObject {
  return isJsonObject(message.params) ? message.params : {};
}

/** `params._meta`, empty where there is none. */
export function metaOf(message: RpcMessage): JsonObject {
  const meta = paramsOf(message)._meta;
  return isJsonObject(meta) ? meta : {};
}
