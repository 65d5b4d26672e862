import type { Json } from "../../shared/json.ts";
import type { RpcId, RpcMessage } from "../../shared/target.ts";

/** A JSON-RPC error as it goes to a client. */
export interface RpcFailure {
  readonly code: number;
  readonly message: string;
  readonly data?: Json;
}

export function methodNotFound(message: string): RpcFailure {
  return { code: -32601, message };
}

export function errorMessage(id: RpcId | null, failure: RpcFailure): RpcMessage {
  return { jsonrpc: "2.0", id, error: { ...failure } };
}
