import { isJsonObject, type JsonObject } from "../../shared/json.ts";
import type { RpcMessage } from "../../shared/target.ts";

const capabilitiesKey = "io.modelcontextprotocol/clientCapabilities";
/** What a target could ask of the client. No rule can allow it yet, so the target isn't told that the client could. */
const asked = ["sampling", "elicitation", "roots", "tasks"] as const;

/** The request as the target gets it: without the capabilities by which it could ask the client for something. */
export function withoutServerRequests(message: RpcMessage): RpcMessage {
  const { params } = message;
  if (!isJsonObject(params)) return message;
  if (message.method === "initialize" && isJsonObject(params.capabilities)) {
    return { ...message, params: { ...params, capabilities: reduced(params.capabilities) } };
  }
  const meta = params._meta;
  if (!isJsonObject(meta) || !isJsonObject(meta[capabilitiesKey])) return message;
  return { ...message, params: { ...params, _meta: { ...meta, [capabilitiesKey]: reduced(meta[capabilitiesKey]) } } };
}

function reduced(capabilities: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(capabilities).filter(([name]) => !asked.some((each) => each === name)));
}
