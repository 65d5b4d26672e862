import { isJsonObject, type Json, type JsonObject } from "../../../shared/json.ts";
import type { RpcId, RpcMessage } from "../../../shared/target.ts";
import { methodNotFoundCode } from "../classify.ts";
import { errorMessage } from "../rpc-failure.ts";
import { legacyVersion, metaKeys, modernVersion, unnamed } from "./revisions.ts";

/** 2026-07-28, "Protocol version": a server names the versions it speaks in the error's `data.supported`. */
const unsupportedVersion = -32022;
/** What a target may not offer to clients of either era. */
const untranslated: ReadonlySet<string> = new Set(["resources/subscribe", "resources/unsubscribe"]);

/** What the modern revision has no more: answered here where that means something, otherwise refused. */
export function answeredHere(id: RpcId, method: string): RpcMessage | null {
  if (method === "ping" || method === "logging/setLevel") return { jsonrpc: "2.0", id, result: {} };
  if (!untranslated.has(method)) return null;
  const message = "The target offers no subscriptions to resources.";
  return errorMessage(id, { code: methodNotFoundCode, message });
}

/** Whether a refusal of `initialize` says that the target speaks no revision that has it. */
export function isModernOnly(error: Json | undefined): boolean {
  if (!isJsonObject(error) || error.code !== unsupportedVersion || !isJsonObject(error.data)) return false;
  const { supported } = error.data;
  return (
    Array.isArray(supported) && supported.length > 0 && supported.every((version) => String(version) >= modernVersion)
  );
}

/** The result of `initialize` from that of `server/discover`. */
export function initialized(discovered: JsonObject, asked: Json | undefined): JsonObject {
  const capabilities = isJsonObject(discovered.capabilities) ? discovered.capabilities : {};
  const { _meta: meta, instructions } = discovered;
  const serverInfo = isJsonObject(meta) ? meta[metaKeys.serverInfo] : undefined;
  return {
    protocolVersion: typeof asked === "string" && asked < modernVersion ? asked : legacyVersion,
    capabilities,
    serverInfo: serverInfo ?? { ...unnamed },
    ...(instructions === undefined ? {} : { instructions }),
  };
}

/** A modern response as a legacy client gets it. */
export function legacyResponse(message: RpcMessage): RpcMessage {
  if (!isJsonObject(message.result)) return message;
  const { resultType: _resultType, ...result } = message.result;
  return { ...message, result };
}
