import { isJsonObject, type Json, type JsonObject } from "../../../shared/json.ts";
import { kindOf } from "../../../shared/message.ts";
import { TargetError, type ProtocolHeaders, type RpcMessage, type TargetSession } from "../../../shared/target.ts";
import { legacyVersion, modernVersion } from "./revisions.ts";

/** What a legacy target said of itself to `initialize`, and the headers of all that is asked from there on. */
export interface Hello {
  readonly result: JsonObject;
  readonly capabilities: JsonObject;
  readonly headers: ProtocolHeaders;
}

/** Begins a legacy session for a client of 2026-07-28. Throws TargetError, `protocol` where the target names no revision that has sessions. */
export async function initialize(
  session: TargetSession,
  clientInfo: Json,
  capabilities: JsonObject,
  signal: AbortSignal,
): Promise<Hello> {
  const params = { protocolVersion: legacyVersion, capabilities, clientInfo };
  const message: RpcMessage = { jsonrpc: "2.0", id: 0, method: "initialize", params };
  for await (const { message: said } of session.request(message, {}, signal)) {
    if (kindOf(said) !== "response") continue;
    const { result, error } = said;
    if (!isJsonObject(result))
      throw new TargetError("protocol", "The target refused to begin a session.", {
        ...(error && { rpcError: error }),
      });
    const { protocolVersion, capabilities: offered } = result;
    if (typeof protocolVersion !== "string" || protocolVersion >= modernVersion)
      throw new TargetError("protocol", "The target began a session in a revision that has none.");
    const headers = { "mcp-protocol-version": protocolVersion };
    await session.notify({ jsonrpc: "2.0", method: "notifications/initialized" }, headers);
    return { result, capabilities: isJsonObject(offered) ? offered : {}, headers };
  }
  throw new TargetError("crashed", "The target ended its answer without a response.");
}
