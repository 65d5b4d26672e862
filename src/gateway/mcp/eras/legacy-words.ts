import { isJsonObject, type Json, type JsonObject } from "../../../shared/json.ts";
import { isRpcId } from "../../../shared/message.ts";
import type { RpcId, RpcMessage } from "../../../shared/target.ts";
import { methodNotFoundCode } from "../classify.ts";
import { refusalCodes } from "../refusal.ts";
import { errorMessage } from "../reply.ts";
import { legacyVersion, metaKeys, modernVersion, unnamed } from "./revisions.ts";

/** 2026-07-28, "Protocol version": a server names the versions it speaks in the error's `data.supported`. */
const unsupportedVersion = -32022;
/** What a client without the modern revision's streams and rounds can't be given. */
const untranslated: ReadonlySet<string> = new Set(["resources/subscribe", "resources/unsubscribe"]);

/** What the modern revision has no more: answered here where that means something, otherwise refused. */
export function answeredHere(id: RpcId, method: string): RpcMessage | null {
  if (method === "ping" || method === "logging/setLevel") return { jsonrpc: "2.0", id, result: {} };
  return untranslated.has(method) ? errorMessage(id, needsModern(`has ${method} no more`)) : null;
}

/** Whether a refusal of `initialize` says that the target speaks no revision that has it. */
export function isModernOnly(error: Json | undefined): boolean {
  if (!isJsonObject(error) || error.code !== unsupportedVersion || !isJsonObject(error.data)) return false;
  const { supported } = error.data;
  return (
    Array.isArray(supported) && supported.length > 0 && supported.every((version) => String(version) >= modernVersion)
  );
}

/** The result of `initialize` from that of `server/discover`: without what can't be translated. */
export function initialized(discovered: JsonObject, asked: Json | undefined): JsonObject {
  const capabilities = isJsonObject(discovered.capabilities) ? discovered.capabilities : {};
  const kept = Object.entries(capabilities).map(([name, value]) => {
    if (!isJsonObject(value)) return [name, value] as const;
    const { listChanged: _listChanged, subscribe: _subscribe, ...others } = value;
    return [name, others] as const;
  });
  const { _meta: meta, instructions } = discovered;
  const serverInfo = isJsonObject(meta) ? meta[metaKeys.serverInfo] : undefined;
  return {
    protocolVersion: typeof asked === "string" && asked < modernVersion ? asked : legacyVersion,
    capabilities: Object.fromEntries(kept),
    serverInfo: serverInfo ?? { ...unnamed },
    ...(instructions === undefined ? {} : { instructions }),
  };
}

/** A modern response as a legacy client gets it. */
export function legacyResponse(message: RpcMessage): RpcMessage {
  const { result, id } = message;
  if (!isJsonObject(result)) return message;
  const { resultType, ...others } = result;
  if (resultType !== "input_required" || !isRpcId(id)) return { ...message, result: others };
  return errorMessage(id, needsModern("asks the client in rounds that older revisions don't have"));
}

function needsModern(what: string): { readonly code: number; readonly message: string; readonly data: Json } {
  const message = `The target speaks only ${modernVersion}, which ${what}: use a client of that revision.`;
  const code = what.endsWith("no more") ? methodNotFoundCode : refusalCodes.targetFailed;
  return { code, message, data: { code: "revision_needed", revision: modernVersion } };
}
