import type { IncomingMessage, ServerResponse } from "node:http";
import { isJsonObject } from "../../shared/json.ts";
import { TargetError, type ProtocolHeaders, type RpcId, type RpcMessage } from "../../shared/target.ts";
import { readBody } from "../body.ts";
import { answerAsked } from "./asking.ts";
import type { Connection, Runtime } from "../runtime.ts";
import { classify, invalidRequestCode, parseErrorCode, type Classified } from "./classify.ts";
import type { Caller, Gate } from "./context.ts";
import { judgedHeaders, protocolHeaders } from "./headers.ts";
import { listen } from "./listen.ts";
import { clientNotifications } from "./methods.ts";
import type { Request } from "./record.ts";
import { refusalCodes } from "./refusal.ts";
import { errorMessage, Reply, sendJson } from "./reply.ts";
import { answerRequest } from "./requests.ts";
import { clientOf, mostSessions, type Session } from "./sessions.ts";
import { parseStrictJson } from "./strict-json.ts";

/** One HTTP request to `/mcp/CONNECTION` whose caller is verified. */
export interface Visit {
  readonly gate: Gate;
  readonly runtime: Runtime;
  readonly caller: Caller;
  readonly connection: Connection;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Serves MCP's Streamable HTTP on one connection, both eras. */
export async function serveMcp(visit: Visit): Promise<void> {
  switch (visit.request.method) {
    case "POST":
      return post(visit);
    case "GET":
      return get(visit);
    case "DELETE":
      return end(visit);
    default:
      return refuse(visit, 405, null, invalidRequestCode, "Only these methods are known.", {
        allow: "POST, GET, DELETE",
      });
  }
}

async function post(visit: Visit): Promise<void> {
  const { runtime, request } = visit;
  if (!/^application\/json\s*(;|$)/i.test(request.headers["content-type"] ?? "")) {
    return refuse(visit, 415, null, invalidRequestCode, "The content type must be application/json.");
  }
  const accept = request.headers.accept ?? "*/*";
  if (!/text\/event-stream|\*\/\*/.test(accept)) {
    return refuse(visit, 406, null, invalidRequestCode, "The client must accept JSON and text/event-stream.");
  }
  const { bodyBytes: limit } = runtime.config.limits;
  const body = await readBody(request, limit);
  if (body === null)
    return refuse(visit, 413, null, invalidRequestCode, `The body is larger than ${limit} bytes.`, {
      connection: "close",
    });
  const parsed = parseStrictJson(body);
  if (!parsed.ok) return refuse(visit, 400, null, parseErrorCode, parsed.reason);
  const message = classify(parsed.value, protocolHeaders(request));
  switch (message.kind) {
    case "rejected":
      return refuse(visit, message.status, message.id, message.code, message.message);
    case "batch":
      return refuse(visit, 400, null, invalidRequestCode, "Batches are not accepted: send each message by itself.");
    case "response":
      return response(visit, message.message);
    case "notification":
      return notification(visit, message);
    case "request":
      return serveRequest(visit, message);
    default:
      return message satisfies never;
  }
}

async function serveRequest(visit: Visit, request: Request): Promise<void> {
  const { gate, runtime, caller, connection, response } = visit;
  const session = sessionFor(visit, request);
  if (session === null) return;
  if (session.inFlight.has(request.id))
    return refuse(visit, 400, request.id, invalidRequestCode, "A request of this id is under way.");
  const cancel = new AbortController();
  const legacy = request.era === "legacy";
  if (legacy) session.inFlight.set(request.id, cancel);
  const headers = judgedHeaders(protocolHeaders(visit.request), request.era, request.method);
  const reply = legacy
    ? new Reply(response, session.id, { logs: session.streams, primed: isPrimed(headers) })
    : new Reply(response, undefined);
  // Taken now: another client of this principal may name itself in the same conversation meanwhile.
  const { client } = session;
  const release = gate.sessions.use(session);
  try {
    await answerRequest(
      { gate, runtime, caller, connection, session, client, headers, reply, cancelled: cancel.signal },
      request,
    );
  } finally {
    if (legacy) session.inFlight.delete(request.id);
    reply.close();
    release();
  }
}

/** The conversation of a request: opened by `initialize`, named by `Mcp-Session-Id`, or the caller's modern one. Null once refused. */
function sessionFor(visit: Visit, { era, method, id, params }: Request): Session | null {
  const { gate, caller, connection } = visit;
  if (era === "modern") {
    const session = gate.sessions.modern(caller.principal, connection.name, connection.target);
    const meta = isJsonObject(params._meta) ? params._meta : {};
    session.client = clientOf(meta["io.modelcontextprotocol/clientInfo"]) ?? session.client;
    return session;
  }
  if (method === "initialize") {
    const session = gate.sessions.openLegacy(caller.principal, connection.name, connection.target);
    if (session === null) {
      const message = `You have ${mostSessions} busy sessions with this connection: end one, or wait.`;
      refuse(visit, 429, id, refusalCodes.tooManySessions, message);
      return null;
    }
    session.client = clientOf(params.clientInfo);
    return session;
  }
  return namedSession(visit, id);
}

function namedSession(visit: Visit, id: RpcId | null): Session | null {
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

async function notification(
  visit: Visit,
  { era, method, params, message }: Extract<Classified, { kind: "notification" }>,
): Promise<void> {
  if (era === "modern" || !clientNotifications.has(method)) return accepted(visit);
  const session = namedSession(visit, null);
  if (session === null) return;
  await session.target
    .notify(message, judgedHeaders(protocolHeaders(visit.request), era, method))
    .catch((error: unknown) => {
      if (!(error instanceof TargetError)) throw error;
    });
  const cancelled = params.requestId;
  if (method === "notifications/cancelled" && (typeof cancelled === "string" || typeof cancelled === "number")) {
    session.inFlight.get(cancelled)?.abort();
  }
  accepted(visit);
}

/** The client's answer to a request of the target's. One that answers nothing open goes nowhere. */
async function response(visit: Visit, message: RpcMessage): Promise<void> {
  const { gate, caller, connection } = visit;
  // Modern clients answer by a new request (`inputResponses`).
  if (visit.request.headers["mcp-session-id"] === undefined) return accepted(visit);
  const session = namedSession(visit, null);
  if (session === null) return;
  const headers = judgedHeaders(protocolHeaders(visit.request), "legacy", "");
  await answerAsked({ gate, caller, connection, session, headers }, message);
  accepted(visit);
}

/** Priming events are of 2025-11-25; older clients could take the empty event for a message. */
function isPrimed(headers: ProtocolHeaders): boolean {
  return (headers["mcp-protocol-version"] ?? "") >= "2025-11-25";
}

async function get(visit: Visit): Promise<void> {
  if (visit.request.headers["mcp-session-id"] === undefined) {
    return refuse(visit, 405, null, invalidRequestCode, "There is no stream without a session.", { allow: "POST" });
  }
  const session = namedSession(visit, null);
  if (session === null) return;
  const release = visit.gate.sessions.use(session);
  try {
    await listen(visit, session, judgedHeaders(protocolHeaders(visit.request), "legacy", "GET"));
  } finally {
    release();
  }
}

async function end(visit: Visit): Promise<void> {
  if (visit.request.headers["mcp-session-id"] === undefined) {
    return refuse(visit, 405, null, invalidRequestCode, "There is no session to end.", { allow: "POST" });
  }
  const session = namedSession(visit, null);
  if (session === null) return;
  await visit.gate.sessions.close(session, "ended by the client");
  visit.response.writeHead(204).end();
}

function accepted({ response }: Visit): void {
  response.writeHead(202).end();
}

/** For what can't be judged at all. */
function refuse(
  { response }: Visit,
  status: number,
  id: RpcId | null,
  code: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  sendJson(response, status, errorMessage(id, { code, message }), headers);
}
