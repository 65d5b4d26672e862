import { isJsonObject, type Json, type JsonObject } from "../../../shared/json.ts";
import { metaOf, paramsOf } from "../../../shared/message.ts";
import { TargetError, type RpcId, type RpcMessage } from "../../../shared/target.ts";
import { invalidParamsCode, methodNotFoundCode } from "../classify.ts";
import { metaKeys, modernVersion, unnamed } from "./revisions.ts";

/** Results that a modern client may keep for a while, if it is told so: it isn't, as the target said nothing of it (2026-07-28, "Caching"). */
const cacheable: ReadonlySet<string> = new Set([
  "server/discover",
  "tools/list",
  "prompts/list",
  "resources/list",
  "resources/templates/list",
  "resources/read",
]);
const uncached: JsonObject = { ttlMs: 0, cacheScope: "private" };
/** Before 2026-07-28, resources that aren't there had a code of their own. */
const resourceNotFound = -32002;

/** `server/discover` answered by what a legacy target said of itself to `initialize`. */
export function discovered(id: RpcId, initialized: JsonObject): RpcMessage {
  const { capabilities = {}, instructions, serverInfo = unnamed } = initialized;
  const result: JsonObject = {
    resultType: "complete",
    supportedVersions: [modernVersion],
    capabilities,
    ...(instructions === undefined ? {} : { instructions }),
    ...uncached,
    _meta: { [metaKeys.serverInfo]: serverInfo },
  };
  return { jsonrpc: "2.0", id, result };
}

/** A legacy response as a modern client gets it. Throws TargetError with the status that 2026-07-28 gives to some errors. */
export function modernResponse(id: RpcId, method: string, { result, error }: RpcMessage): RpcMessage {
  if (!isJsonObject(error)) {
    const hints = cacheable.has(method) ? uncached : {};
    return {
      jsonrpc: "2.0",
      id,
      result: { ...hints, ...(isJsonObject(result) ? result : {}), resultType: "complete" },
    };
  }
  const rpcError: Json = error.code === resourceNotFound ? { ...error, code: invalidParamsCode } : error;
  if (error.code === methodNotFoundCode)
    throw new TargetError("http", "The target does not know this method.", { status: 404, rpcError });
  return { jsonrpc: "2.0", id, error: rpcError };
}

/** The parameters of a modern request as a legacy target gets them; `token` stands in for the client's progress token. */
export function legacyParams(message: RpcMessage, token: number): JsonObject {
  const { _meta, inputResponses: _responses, requestState: _state, ...params } = paramsOf(message);
  const own = new Set<string>(Object.values(metaKeys));
  const meta = Object.entries(metaOf(message)).filter(([key]) => !own.has(key) && key !== "progressToken");
  if (metaOf(message).progressToken !== undefined) meta.push(["progressToken", token]);
  return meta.length === 0 ? params : { ...params, _meta: Object.fromEntries(meta) };
}

/** Of the capabilities that a client says in a modern request, what a legacy target can make use of. */
export function legacyCapabilities(message: RpcMessage): JsonObject {
  return askableOf(metaOf(message)[metaKeys.capabilities]);
}

/** Of a client's capabilities, what it can be asked for. */
export function askableOf(said: Json | undefined): JsonObject {
  const { sampling, elicitation, roots } = isJsonObject(said) ? said : {};
  return {
    ...(sampling === undefined ? {} : { sampling }),
    ...(elicitation === undefined ? {} : { elicitation }),
    ...(roots === undefined ? {} : { roots }),
  };
}
