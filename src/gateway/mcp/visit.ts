import type { IncomingMessage, ServerResponse } from "node:http";
import { CountersignError, type ErrorCode } from "../../shared/errors.ts";
import { isJsonObject } from "../../shared/json.ts";
import type { RpcId } from "../../shared/target.ts";
import type { Connection, Runtime } from "../runtime.ts";
import type { Caller, Gate } from "./context.ts";
import type { Request } from "./record.ts";
import { refusalCodes } from "./refusal.ts";
import { errorMessage } from "./rpc-failure.ts";
import { sendJson } from "../send-json.ts";
import { clientOf, mostSessions, type Session } from "./sessions.ts";

/** One HTTP request to `/mcp/CONNECTION` whose caller is verified. */
export interface Visit {
  readonly gate: Gate;
  readonly runtime: Runtime;
  readonly caller: Caller;
  readonly connection: Connection;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Records that the request was refused before it could be judged. */
  readonly refused: (code: ErrorCode) => Promise<unknown>;
}

/**
 * The visit once its body has come, under the rules of now: whoever sends slowly keeps neither a door open that was shut meanwhile, nor rules in
 * force that were replaced. Throws CountersignError `session_ended`, `token_expired` or `not_found`.
 */
export function afterBody(visit: Visit): Visit {
  const { gate, caller, connection } = visit;
  const { principal, session } = caller.admission;
  if (session?.isEnded === true) throw new CountersignError("session_ended", "This session has ended: begin one anew.");
  if (gate.present.current(principal.id) === undefined)
    throw new CountersignError("token_expired", "The sign-in ended while the request was still coming.");
  const runtime = gate.runtime();
  if (runtime === visit.runtime) return visit;
  const now = runtime.connections.get(connection.name);
  if (now === undefined || !runtime.policy.mayReach(principal, now.name))
    throw new CountersignError("not_found", "There is no connection of this name for you.");
  return { ...visit, runtime, connection: now };
}

/** The conversation of a request: opened by `initialize`, named by `Mcp-Session-Id`, or the caller's modern one. Null once refused. */
export function sessionFor(visit: Visit, { era, method, id, params }: Request): Session | null {
  const { gate, caller, connection } = visit;
  if (era === "modern") {
    const session = gate.sessions.modern(caller.principal, connection);
    const meta = isJsonObject(params._meta) ? params._meta : {};
    session.client = clientOf(meta["io.modelcontextprotocol/clientInfo"]) ?? session.client;
    return session;
  }
  if (method === "initialize") {
    const session = gate.sessions.openLegacy(caller.principal, connection);
    if (session === null) {
      const message = `You have ${mostSessions} busy sessions with this connection: end one, or wait.`;
      refuse(visit, 429, id, refusalCodes.tooManySessions, message);
      return null;
    }
    session.client = clientOf(params.clientInfo);
    return session;
  }
  return openSession(visit, id);
}

/** The legacy session that a request names, unless a reload has led its connection elsewhere since: its client begins anew, at the target of now. Null once refused. */
export function openSession(visit: Visit, id: RpcId | null): Session | null {
  const session = namedSession(visit, id);
  if (session === null || session.place === visit.connection.place) return session;
  refuse(
    visit,
    404,
    id,
    refusalCodes.sessionUnknown,
    "This session's target has been replaced: begin with initialize.",
  );
  return null;
}

/** The legacy session that a request names. Null once refused. */
export function namedSession(visit: Visit, id: RpcId | null): Session | null {
  const { gate, caller, connection, request } = visit;
  const name = request.headers["mcp-session-id"];
  if (typeof name !== "string") {
    refuse(visit, 400, id, refusalCodes.sessionNeeded, "Mcp-Session-Id is missing: begin with initialize.");
    return null;
  }
  const session = gate.sessions.get(name, caller.principal, connection.name);
  if (session === undefined)
    refuse(visit, 404, id, refusalCodes.sessionUnknown, "This session has ended: begin with initialize.");
  return session ?? null;
}

/** For what needs no answer. */
export function accepted({ response }: Visit): void {
  response.writeHead(202).end();
}

/** For what can't be read as a message, or isn't what it says: the refusal is recorded first. */
export async function refuseUnread(visit: Visit, ...said: Said): Promise<void> {
  await visit.refused(said[0] === 413 ? "too_large" : "bad_request");
  refuse(visit, ...said);
}

type Said = Parameters<typeof refuse> extends [Visit, ...infer Rest] ? Rest : never;

/** For what can't be judged at all. */
export function refuse(
  { response }: Visit,
  status: number,
  id: RpcId | null,
  code: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  sendJson(response, status, errorMessage(id, { code, message }), headers);
}
