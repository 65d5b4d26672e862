import { isJsonObject, type JsonObject } from "../../shared/json.ts";
import { isRpcId } from "../../shared/message.ts";
import type { RpcMessage } from "../../shared/target.ts";
import type { Asked } from "../policy/policy.ts";
import { askable } from "./asking.ts";
import { refusalCodes } from "./refusal.ts";
import { errorMessage } from "./rpc-failure.ts";

/** Whether a rule lets this connection's target ask this client. */
export type MayAsk = (asked: Asked) => boolean;

const clientKey = "io.modelcontextprotocol/clientCapabilities";
const askedMembers: ReadonlySet<string> = new Set<Asked>(["sampling", "elicitation", "roots"]);
/** A task outlives the call that was judged, and is reached by an id that no rule could read: tasks are not passed on. */
const tasksExtension = "io.modelcontextprotocol/tasks";

/** The request as the target gets it: of what the client can be asked, what a rule allows; no tasks. */
export function towardsTarget(message: RpcMessage, mayAsk: MayAsk): RpcMessage {
  const { params } = message;
  if (!isJsonObject(params)) return message;
  if (message.method === "initialize" && isJsonObject(params.capabilities)) {
    return { ...message, params: { ...params, capabilities: allowed(params.capabilities, mayAsk) } };
  }
  const meta = params._meta;
  if (!isJsonObject(meta) || !isJsonObject(meta[clientKey])) return message;
  return { ...message, params: { ...params, _meta: { ...meta, [clientKey]: allowed(meta[clientKey], mayAsk) } } };
}

/** The response as the client gets it: what the target says of itself at the start, without tasks. */
export function towardsClient(method: string, response: RpcMessage): RpcMessage {
  const { result } = response;
  if (method !== "initialize" && method !== "server/discover") return response;
  if (!isJsonObject(result) || !isJsonObject(result.capabilities)) return response;
  return { ...response, result: { ...result, capabilities: withoutTasks(result.capabilities) } };
}

/** An `input_required` result (2026-07-28) that asks for what no rule allows becomes an error; every other response stays. */
export function refusedInput(response: RpcMessage, mayAsk: MayAsk): RpcMessage {
  const { result, id } = response;
  if (!isJsonObject(result) || result.resultType !== "input_required" || !isRpcId(id)) return response;
  const requests = isJsonObject(result.inputRequests) ? Object.values(result.inputRequests) : [];
  const denied = requests.find((request) => {
    const asked = isJsonObject(request) && typeof request.method === "string" ? askable.get(request.method) : undefined;
    return asked === undefined || !mayAsk(asked);
  });
  if (denied === undefined) return response;
  const message = "The target asks for input that no rule lets it ask for. The call did not end.";
  return errorMessage(id, { code: refusalCodes.deniedByRule, message, data: { code: "denied_by_rule", rule: null } });
}

function allowed(capabilities: JsonObject, mayAsk: MayAsk): JsonObject {
  const kept = Object.entries(withoutTasks(capabilities)).filter(
    ([name]) => !askedMembers.has(name) || mayAsk(name as Asked),
  );
  return Object.fromEntries(kept);
}

function withoutTasks({ tasks: _tasks, extensions, ...capabilities }: JsonObject): JsonObject {
  if (extensions === undefined) return capabilities;
  if (!isJsonObject(extensions)) return { ...capabilities, extensions };
  const { [tasksExtension]: _extension, ...others } = extensions;
  return { ...capabilities, extensions: others };
}
