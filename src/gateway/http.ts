import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { CountersignError, type ErrorCode } from "../shared/errors.ts";
import { linkPath } from "../shared/agent-link.ts";
import type { Agents } from "./agents/agents.ts";
import type { ApprovalsStream } from "./approvals/stream.ts";
import { api, discoveryOf, type ApiVisit } from "./api.ts";
import { addressOf, authenticate, recordNotAllowed } from "./admitting.ts";
import { adviceOn, challenge, statusOf } from "./http-errors.ts";
import type { Admission } from "./identity/admission.ts";
import type { Doors } from "./identity/doors.ts";
import type { Refusals } from "./identity/refusals.ts";
import type { Draining } from "./draining.ts";
import type { Log } from "./log.ts";
import type { Caller, Gate } from "./mcp/context.ts";
import { serveMcp } from "./mcp/endpoint.ts";
import { errorMessage } from "./mcp/rpc-failure.ts";
import { sendJson } from "./send-json.ts";
import { gatewayFault } from "./mcp/refusal.ts";
import type { Retention } from "./retention/retention.ts";
import type { LedgerSearch } from "./search/search.ts";
import { operatorPaths, serveOperators, type Operators } from "./operators.ts";

/** What the routes are served from. */
export interface Site extends Doors {
  readonly gate: Gate;
  readonly stream: ApprovalsStream;
  readonly agents: Agents;
  /** The gateway's own origin, `https://HOST[:PORT]`. */
  readonly origin: string;
  readonly ledgerKey: string;
  /** The data folder, for exports. */
  readonly data: string;
  readonly search: LedgerSearch;
  readonly retention: Retention;
  readonly log: Log;
  readonly refusals: Refusals;
  readonly draining: Draining;
  readonly operators: Operators;
}

/** The gateway's routes (docs/protocol.md). Nothing is served before the token is verified, discovery aside (rule 1). */
export function routes(site: Site): RequestListener {
  return (request, response) => {
    serve(site, request, response).catch((error: unknown) => fail(site, request, response, error));
  };
}

/** The upgrades: approvals stream, agents' link (which an agent opens by proving its key, not by a token). */
export function upgrades(site: Site): (request: IncomingMessage, socket: Duplex, head: Buffer) => void {
  return (request, socket, head) => {
    upgrade(site, request, socket, head).catch(() => socket.destroy());
  };
}

async function serve(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader("x-content-type-options", "nosniff");
  const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
  // No page has business here: a browser's request is refused before anything else.
  if (request.headers.origin !== undefined)
    return refuse(response, 403, "not_allowed", "Requests from web pages are not served.");
  const asked = operatorPaths.find((each) => each === path);
  if (asked !== undefined) return serveOperators(site.operators, asked, request, response);
  if (site.draining.signal.aborted)
    return refuse(response, 503, "transient", "The gateway is stopping; try again shortly.", comeBack);
  site.draining.enter(response);
  if (path === "/.well-known/countersign") return sendJson(response, 200, discoveryOf(site));
  const metadata = /^\/\.well-known\/oauth-protected-resource\/mcp\/([a-z0-9-]{1,63})$/.exec(path)?.[1];
  if (metadata !== undefined) return protectedResource(site, response, metadata);
  if (!path.startsWith("/mcp/") && !path.startsWith("/v1/"))
    return refuse(response, 404, "not_found", "There is nothing at this address.");

  const admission = await authenticate(site, request, path);
  const { principal, session } = admission;
  if (path.startsWith("/v1/")) return serveApi({ site, request, response, principal, session, path }, admission);
  const { gate } = site;
  const runtime = gate.runtime();
  const connection = runtime.connections.get(path.slice("/mcp/".length));
  const refused = (code: ErrorCode): Promise<boolean> => {
    site.operators.observed.refused(code);
    const { id } = principal;
    return site.refusals.record({ kind: "request.refused", code, path, address: addressOf(request), principal: id });
  };
  if (connection === undefined || !runtime.policy.mayReach(principal, connection.name)) {
    await refused("not_found");
    return refuse(response, 404, "not_found", "There is no connection of this name for you.");
  }
  endWith(site, admission, request, response);
  await serveMcp({ gate, runtime, caller: callerOf(request, admission), connection, request, response, refused });
}

async function serveApi(visit: ApiVisit, admission: Admission): Promise<void> {
  const { site, request, response } = visit;
  // What is read is read no further: an export takes as long as its reader likes.
  const cut = (): void => void response.destroy();
  if (request.method === "GET") response.once("close", site.lasting.keep(admission, "revoked", cut));
  try {
    await api(visit);
  } catch (error) {
    await recordNotAllowed(site, request, error, admission);
    throw error;
  }
}

/** What a stopping gateway adds to its refusals: by then another one, or this one started again, listens. The tunnel may send the same again. */
const comeBack = { "retry-after": "2", connection: "close", "countersign-not-forwarded": "stopping" } as const;

async function upgrade(site: Site, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
  socket.on("error", () => socket.destroy());
  const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
  const refused = (status: string): void => {
    // Node's sockets stay half open until the other side ends too, which it may never do.
    socket.once("finish", () => socket.destroy());
    socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  };
  if (request.headers.origin !== undefined) return refused("403 Forbidden");
  if (path !== "/v1/approvals/stream" && path !== linkPath) return refused("404 Not Found");
  if (site.draining.signal.aborted) return refused("503 Service Unavailable\r\nretry-after: 2");
  if (path === linkPath) {
    if (!site.agents.open(request, socket, head)) refused("503 Service Unavailable\r\nretry-after: 2");
    return;
  }
  try {
    site.stream.open(request, socket, head, await authenticate(site, request, path));
  } catch (error) {
    refused(
      error instanceof CountersignError && statusOf(error.code) === 401
        ? "401 Unauthorized"
        : "503 Service Unavailable",
    );
  }
}

/** RFC 9728: which authorization servers give tokens for this connection. */
function protectedResource(site: Site, response: ServerResponse, connection: string): void {
  const { config, connections } = site.gate.runtime();
  // Where sessions alone are taken, no token that a client could get by itself opens anything.
  const isForSessions = (connections.get(connection)?.accepts ?? config.accepts) === "sessions";
  sendJson(response, 200, {
    resource: `${site.origin}/mcp/${connection}`,
    authorization_servers: config.issuers.map(({ issuer }) => issuer),
    bearer_methods_supported: isForSessions ? [] : ["header"],
    ...(isForSessions ? { dpop_bound_access_tokens_required: true, dpop_signing_alg_values_supported: ["EdDSA"] } : {}),
    resource_name: `Countersign: ${connection}`,
  });
}

/** HTTP status is decided here, once. */
function fail(site: Site, request: IncomingMessage, response: ServerResponse, error: unknown): void {
  const known = error instanceof CountersignError ? error : null;
  // A full disk is said once (observed.ts): it may be the log's own.
  if (known === null || (statusOf(known.code) >= 500 && known.code !== "disk_full"))
    site.log({ level: "error", event: "request.failed", path: (request.url ?? "").split("?", 1)[0] ?? "", error });
  if (response.headersSent) {
    if (!response.writableFinished) response.destroy();
    return;
  }
  const code = known?.code ?? "internal";
  const status = statusOf(code);
  if (request.url?.startsWith("/mcp/") && status >= 500) {
    return sendJson(response, status, errorMessage(null, gatewayFault(code, "not passed on")));
  }
  const message = known === null ? "An unexpected fault; the gateway's log has the cause." : adviceOn(known);
  const headers = status === 401 ? challenge(site.origin, request.url ?? "/", code, message) : {};
  refuse(response, status, code, message, headers);
}

function refuse(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  sendJson(response, status, { error: { code, message } }, headers);
}

/** A stream that has no end of its own ends with what it was let in on; all else is cut off at a revocation, once what is held was told. */
function endWith({ lasting }: Site, admission: Admission, request: IncomingMessage, response: ServerResponse): void {
  const leave = lasting.keep(admission, request.method === "GET" ? "over" : "revoked", (why) => {
    if (why === "over") response.destroy();
    else setTimeout(() => response.destroy(), toldWithinMs).unref();
  });
  response.once("close", leave);
}

const toldWithinMs = 300;

function callerOf(request: IncomingMessage, admission: Admission): Caller {
  const { principal, session } = admission;
  return {
    admission,
    principal,
    device: session?.device ?? claim(request, "countersign-device"),
    via: claim(request, "countersign-client"),
    address: addressOf(request),
  };
}

function claim(request: IncomingMessage, header: string): string | null {
  const value = request.headers[header];
  return typeof value === "string" ? value.slice(0, 200) : null;
}
