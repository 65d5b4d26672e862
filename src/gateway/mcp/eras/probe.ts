import { randomUUID } from "node:crypto";
import { isJsonObject, type Json, type JsonObject } from "../../../shared/json.ts";
import { kindOf } from "../../../shared/message.ts";
import { TargetError, type RpcMessage, type Target, type TargetSession } from "../../../shared/target.ts";
import { modernHeaders } from "../../../shared/modern-headers.ts";
import { metaKeys, modernVersion } from "./revisions.ts";

export type Era = "legacy" | "modern";

/** Errors that only servers of 2026-07-28 have: header mismatch, missing client capability, unsupported version. */
const modernErrors: ReadonlySet<Json | undefined> = new Set([-32020, -32021, -32022]);
/** Statuses that say nothing of a revision. */
const otherStatuses: ReadonlySet<number> = new Set([401, 403, 407, 408, 429]);
const answerMs = 10_000;

/**
 * Which era a target speaks, by its answer to `server/discover` (2026-07-28, "Backwards Compatibility"): what is no modern answer may be a
 * legacy one, which its `initialize` will show. Throws TargetError where the answer says nothing of it.
 */
export async function probe(via: Target, session: TargetSession, clientInfo: Json): Promise<Era> {
  const _meta: JsonObject = {
    [metaKeys.version]: modernVersion,
    [metaKeys.clientInfo]: clientInfo,
    [metaKeys.capabilities]: {},
  };
  const id = `countersign-discover-${randomUUID()}`;
  const message: RpcMessage = { jsonrpc: "2.0", id, method: "server/discover", params: { _meta } };
  const headers = modernHeaders(modernVersion, "server/discover", {});
  try {
    for await (const said of session.request(message, headers, AbortSignal.timeout(answerMs)))
      if (kindOf(said.message) === "response")
        return said.message.error === undefined ? "modern" : eraOf(said.message.error);
    throw new TargetError("crashed", "The target ended its answer without a response.");
  } catch (error) {
    return eraOfFault(via, error);
  }
}

function eraOf(error: Json | undefined): Era {
  return isJsonObject(error) && modernErrors.has(error.code) ? "modern" : "legacy";
}

function eraOfFault({ transport }: Target, error: unknown): Era {
  // Over stdio, a server may answer what it doesn't know with silence, or with its end.
  if (!(error instanceof TargetError)) {
    if (transport === "http") throw new TargetError("timeout", "The target did not answer in time.", { cause: error });
    return "legacy";
  }
  const { reason, status = 0, rpcError } = error;
  if (reason === "http" && status >= 400 && status < 500 && !otherStatuses.has(status)) return eraOf(rpcError);
  if (reason === "protocol") return "legacy";
  if ((reason === "crashed" || reason === "timeout") && transport !== "http") return "legacy";
  throw error;
}
