import type { JsonObject } from "../../shared/json.ts";
import { paramsOf } from "../../shared/message.ts";
import { TargetError } from "../../shared/target.ts";
import { towardsTarget, type MayAsk } from "./capabilities.ts";
import type { DeclaredTool } from "./catalogue.ts";
import type { Exchange } from "./context.ts";
import type { Request } from "./record.ts";
import { refusalCodes, targetFailure } from "./refusal.ts";
import type { RpcFailure } from "./rpc-failure.ts";

export type CalledTool =
  | { readonly ok: true; readonly tool: DeclaredTool | null }
  | { readonly ok: false; readonly failure: RpcFailure };

/** The called tool as its server declares it now (null where it lists none of that name), or why it can't be said. */
export async function calledTool(exchange: Exchange, request: Request, name: string): Promise<CalledTool> {
  const { gate, connection, session, headers } = exchange;
  const like = (): JsonObject => lookOf(exchange, request);
  try {
    return { ok: true, tool: await gate.tools.current(connection, name, session.target, like, headers) };
  } catch (error) {
    if (error instanceof TargetError) return { ok: false, failure: targetFailure(error, connection.name) };
    throw error;
  }
}

/** What a look at the tool says of the client: the target gets no more of its capabilities than with the call itself. */
export function lookOf({ runtime, caller, connection }: Exchange, { message }: Request): JsonObject {
  const mayAsk: MayAsk = (asked) => runtime.policy.mayAsk(caller.principal, connection.name, asked);
  return paramsOf(towardsTarget(message, mayAsk));
}

/** The refusal of a call to a tool whose declaration changed since it was accepted, whatever the rules say; else null. */
export function changedTool(
  { gate, connection, caller }: Exchange,
  name: string,
  tool: DeclaredTool | null,
): RpcFailure | null {
  // One that is listed no more could be shown to clients all the same, as it pleases its server.
  if (tool === null && !gate.tools.wasSeen(connection, name)) return null;
  if (tool !== null && gate.tools.isAccepted(connection, tool, caller.principal.id)) return null;
  const message =
    `The tool “${name}” of ${connection.name} is no longer declared as it was when it was first seen, so calls to it are denied. ` +
    "Nothing was run. Ask an administrator to look at it (countersign admin tools accept).";
  return { code: refusalCodes.toolChanged, message, data: { code: "tool_changed" } };
}
