import type { JsonObject } from "../../shared/json.ts";
import { isRpcId, paramsOf } from "../../shared/message.ts";
import { TargetError, type ProtocolHeaders, type RpcId, type RpcMessage } from "../../shared/target.ts";
import type { Connection, Runtime } from "../runtime.ts";
import type { Asked } from "../policy/policy.ts";
import type { Caller, Gate } from "./context.ts";
import { maskQuestion } from "./question.ts";
import { errorMessage, methodNotFound } from "./rpc-failure.ts";
import type { Session } from "./sessions.ts";

/** Where a target speaks: in the answer of a call, or unasked (`call` null). */
export interface Stage {
  readonly gate: Gate;
  readonly runtime: Runtime;
  readonly caller: Caller;
  readonly connection: Connection;
  readonly session: Session;
  readonly headers: ProtocolHeaders;
  readonly call: RpcId | null;
  /** Whether the client still gets what is said here. */
  readonly reaches: () => boolean;
}

/** What a target may ask a client, by method (2025-11-25, "Client Features"; 2026-07-28 has the same as input requests). */
export const askable: ReadonlyMap<string, Asked> = new Map([
  ["sampling/createMessage", "sampling"],
  ["elicitation/create", "elicitation"],
  ["roots/list", "roots"],
]);

/** More open questions than this in one session are no conversation but a flood. */
const mostOpen = 64;

/**
 * A request of a legacy target to the client: the masked message that may go on, once it is recorded, or null where it was refused
 * or answered here. No rule, no question.
 */
export async function ask(stage: Stage, message: RpcMessage): Promise<RpcMessage | null> {
  const { id, method } = message;
  if (!isRpcId(id) || typeof method !== "string") return null;
  // The session lives as long as its client does, so the gateway can say for it that somebody is there.
  if (method === "ping") return await answer(stage, { jsonrpc: "2.0", id, result: {} });
  const refusal = refusalOf(stage, id, method);
  const { gate, session, caller, connection, call } = stage;
  const { value: masked, hidden } = maskQuestion(connection.masker, message);
  await gate.store.commit((writes) =>
    writes.append("target.request", {
      ...placeOf(session, caller, connection),
      request: call === null ? null : connection.masker.mask(call).value,
      id: connection.masker.mask(id).value,
      method: connection.masker.mask(method).value,
      params: paramsOf(masked),
      hidden: hidden.map(({ path, kind }) => ({ path, kind })),
      effect: refusal === null ? "allow" : "deny",
    }),
  );
  if (refusal !== null) return await answer(stage, errorMessage(id, methodNotFound(refusal)));
  session.asked.set(id, method);
  // The id is the target's and comes back with the answer: a masked one would answer nothing.
  return { ...masked, jsonrpc: "2.0", id, method };
}

function refusalOf({ runtime, caller, connection, session, reaches }: Stage, id: RpcId, method: string): string | null {
  const asked = askable.get(method);
  if (asked === undefined) return "The gateway does not know this request, so it is not passed on to the client.";
  if (!runtime.policy.mayAsk(caller.principal, connection.name, asked))
    return `No rule lets this connection ask the client for ${asked}.`;
  if (!reaches()) return "The client has gone.";
  if (session.asked.has(id)) return "A request of this id is open.";
  return session.asked.size >= mostOpen ? "Too many requests to the client are open." : null;
}

async function answer({ session, headers }: Stage, said: RpcMessage): Promise<null> {
  // A target that won't hear it has still to answer the call.
  await session.target.notify(said, headers).catch((error: unknown) => {
    if (!(error instanceof TargetError)) throw error;
  });
  return null;
}

/** The client's answer to a request of the target's: recorded masked, passed on as it is. False where nothing of this id is open. */
export async function answerAsked(
  stage: Pick<Stage, "gate" | "caller" | "connection" | "session" | "headers">,
  message: RpcMessage,
): Promise<boolean> {
  const { gate, session, caller, connection, headers } = stage;
  const { id, result, error } = message;
  const method = isRpcId(id) ? session.asked.get(id) : undefined;
  if (!isRpcId(id) || method === undefined) return false;
  // Before anything is awaited: the same answer twice is passed on once.
  session.asked.delete(id);
  // Built anew: a member beside these would reach the target unseen.
  const said = error === undefined ? { result: result ?? null } : { error };
  const { value: response, hidden } = connection.masker.mask<JsonObject>(said);
  await gate.store.commit((writes) =>
    writes.append("target.answer", {
      ...placeOf(session, caller, connection),
      id: connection.masker.mask(id).value,
      method,
      response,
      hidden: hidden.map(({ path, kind }) => ({ path, kind })),
    }),
  );
  await session.target.notify({ jsonrpc: "2.0", id, ...said }, headers).catch((fault: unknown) => {
    if (!(fault instanceof TargetError)) throw fault;
  });
  return true;
}

/** A question that its target took back needs no answer. */
export function noteCancelled(session: Session, { method, params }: RpcMessage): void {
  if (method !== "notifications/cancelled") return;
  const { requestId } = paramsOf({ jsonrpc: "2.0", ...(params === undefined ? {} : { params }) });
  if (isRpcId(requestId)) session.asked.delete(requestId);
}

function placeOf(session: Session, { principal }: Caller, connection: Connection): JsonObject {
  return { session: session.id, principal: { id: principal.id, name: principal.name }, connection: connection.name };
}
