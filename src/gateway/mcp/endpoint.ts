import { CountersignError, isUnwritten, type ErrorCode } from "../../shared/errors.ts";
import { TargetError, type ProtocolHeaders, type RpcId, type RpcMessage } from "../../shared/target.ts";
import { readBody } from "../body.ts";
import type { RequestFacts } from "../telemetry/port.ts";
import { answerAsked } from "./asking.ts";
import { classify, invalidRequestCode, parseErrorCode, type Classified } from "./classify.ts";
import { judgedHeaders, protocolHeaders } from "./headers.ts";
import { listen } from "./listen.ts";
import { classOf, clientNotifications } from "./methods.ts";
import type { Request } from "./record.ts";
import { gatewayFault } from "./refusal.ts";
import { errorMessage } from "./rpc-failure.ts";
import { Reply } from "./reply.ts";
import { answerRequest } from "./requests.ts";
import { parseStrictJson } from "../../shared/strict-json.ts";
import type { Session } from "./sessions.ts";
import {
  accepted,
  afterBody,
  namedSession,
  openSession,
  refuse,
  refuseUnread,
  sessionFor,
  type Visit,
} from "./visit.ts";

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

async function post(begun: Visit): Promise<void> {
  const { runtime, request } = begun;
  if (!/^application\/json\s*(;|$)/i.test(request.headers["content-type"] ?? "")) {
    return refuseUnread(begun, 415, null, invalidRequestCode, "The content type must be application/json.");
  }
  const accept = request.headers.accept ?? "*/*";
  if (!/text\/event-stream|\*\/\*/.test(accept)) {
    return refuseUnread(begun, 406, null, invalidRequestCode, "The client must accept JSON and text/event-stream.");
  }
  const { bodyBytes: limit } = runtime.config.limits;
  const body = await readBody(request, limit);
  if (body === null)
    return refuseUnread(begun, 413, null, invalidRequestCode, `The body is larger than ${limit} bytes.`, {
      connection: "close",
    });
  const visit = afterBody(begun);
  const parsed = parseStrictJson(body);
  if (!parsed.ok) return refuseUnread(visit, 400, null, parseErrorCode, parsed.reason);
  const message = classify(parsed.value, protocolHeaders(request));
  switch (message.kind) {
    case "rejected":
      return refuseUnread(visit, message.status, message.id, message.code, message.message);
    case "batch":
      return refuseUnread(
        visit,
        400,
        null,
        invalidRequestCode,
        "Batches are not accepted: send each message by itself.",
      );
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
  const sent = { yes: false };
  const legacy = request.era === "legacy";
  if (legacy) session.inFlight.set(request.id, cancel);
  const headers = judgedHeaders(protocolHeaders(visit.request), request.era, request.method);
  const reply = legacy
    ? new Reply(response, session.id, { logs: session.streams, primed: isPrimed(headers) })
    : new Reply(response, undefined);
  // Taken now: another client of this principal may name itself in the same conversation meanwhile.
  const { client } = session;
  const release = gate.sessions.use(session);
  // A modern client that leaves has cancelled already.
  const unwatch = legacy
    ? gate.unheard.watch(
        () => reply.isHeard,
        () => giveUp(session, request.id, cancel),
      )
    : () => undefined;
  try {
    const cancelled = cancel.signal;
    const exchange = { gate, runtime, caller, connection, session, client, headers, reply, cancelled, sent };
    await gate.traces.request(tracedFacts(visit, request), () => answerRequest(exchange, request));
  } catch (fault) {
    const code = codeOf(fault);
    const failure = gatewayFault(code, sent.yes ? "passed on" : "not passed on");
    await reply.fault(errorMessage(request.id, failure), isUnwritten(code));
    throw fault;
  } finally {
    if (legacy) session.inFlight.delete(request.id);
    reply.close();
    unwatch();
    release();
  }
}

function codeOf(fault: unknown): ErrorCode {
  return fault instanceof CountersignError ? fault.code : "internal";
}

/** Ends a call that nobody hears any more, as its client would: the target is told. */
function giveUp({ target }: Session, requestId: RpcId, cancel: AbortController): void {
  const params = { requestId, reason: "The caller has gone." };
  target.notify({ jsonrpc: "2.0", method: "notifications/cancelled", params }, {}).catch(() => undefined); // nothing hangs on it
  cancel.abort();
}

function tracedFacts({ runtime, connection, request: { headers } }: Visit, request: Request): RequestFacts {
  const { method, params, era } = request;
  const known = classOf(method, params, era).kind !== "unknown";
  const { publicUrl } = runtime.config;
  return { connection: connection.name, method: known ? method : null, headers, publicUrl, meta: params._meta };
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
  const session = openSession(visit, null);
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
