import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import type { ConnectionView } from "../shared/connection.ts";
import { CountersignError } from "../shared/errors.ts";
import type { Discovery } from "../shared/provider.ts";
import { listApprovals } from "./approvals-api.ts";
import { confirmDevice, enrolDevice, listDevices, refuseElsewhere, restore, revoke } from "./devices-api.ts";
import { exportLedger } from "./audit/export.ts";
import { folderSource } from "./audit/folder-source.ts";
import { contextOfApproval } from "./context-api.ts";
import { listGrants, revokeGrant } from "./grants-api.ts";
import { historyInFigures, listHistory, oneOfHistory } from "./history-api.ts";
import { bodyOf } from "./json-body.ts";
import type { Site } from "./http.ts";
import type { GatewaySession } from "./identity/gateway-sessions.ts";
import type { Principal } from "./identity/principal.ts";
import { sendJson } from "./send-json.ts";
import { sendPart } from "./mcp/send-parts.ts";
import { gatewaySessionPath } from "../shared/gateway-session.ts";
import { beginSession, endSession } from "./session-api.ts";
import { aboutEntry, auditor, readActivity, recordLook, searchLedger } from "./search-api.ts";
import { eraseEntries, liftHold, listHolds, placeHold, showErasure } from "./retention-api.ts";
import { exportSession, listSessions, showEntry, showSession } from "./sessions-api.ts";
import { proveConsistency, proveInclusion } from "./proofs-api.ts";
import { acceptTool, listTools } from "./tools-api.ts";

/** One request to `/v1/…` of a verified principal. */
export interface ApiVisit {
  readonly site: Site;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly principal: Principal;
  /** The session that it came in; null for the provider's own token. */
  readonly session: GatewaySession | null;
  readonly path: string;
}

const decisionBody = z.strictObject({ decision: z.string().max(16_384), grant: z.string().max(32_768).optional() });

/**
 * What may be sent from a device that decides nothing yet, or without one: what leads to a session, one's own request taken back, and what is held
 * against the device at its own place: decisions, confirmations and revocations, of which a device may remove itself.
 */
const fromAnywhere =
  /^\/v1\/(session|devices|devices\/[\w-]+\/confirm|approvals\/[\w-]+\/(withdraw|decision)|revocations)$/;

/** The gateway's own API (docs/protocol.md, "HTTP of the gateway"). Throws CountersignError for every refusal. */
export async function api(visit: ApiVisit): Promise<void> {
  const { request, path } = visit;
  if (request.method !== "GET" && !fromAnywhere.test(path)) await refuseElsewhere(visit);
  const approval = /^\/v1\/approvals\/([\w-]{1,64})(\/decision|\/withdraw|\/context)?$/.exec(path);
  const past = /^\/v1\/history\/([\w-]{1,64})$/.exec(path)?.[1];
  const device = /^\/v1\/devices\/([\w-]{1,64})\/confirm$/.exec(path)?.[1];
  const erasure = /^\/v1\/erasures\/([\w-]{1,64})$/.exec(path)?.[1];
  const grant = /^\/v1\/grants\/([\w-]{1,64})\/revoke$/.exec(path)?.[1];
  const replayed = /^\/v1\/audit\/sessions\/([\w-]{1,64})(\/export)?$/.exec(path);
  const entry = /^\/v1\/audit\/entries\/(\d{1,15})$/.exec(path)?.[1];
  const about = /^\/v1\/audit\/entries\/(\d{1,15})\/about$/.exec(path)?.[1];
  switch (`${request.method} ${path}`) {
    case "GET /v1/me":
      return me(visit);
    case "GET /v1/connections":
      return connections(visit);
    case `POST ${gatewaySessionPath}`:
      return beginSession(visit);
    case `DELETE ${gatewaySessionPath}`:
      return endSession(visit);
    case "POST /v1/devices":
      return enrolDevice(visit);
    case "GET /v1/devices":
      return listDevices(visit);
    case "POST /v1/revocations":
      return revoke(visit);
    case "POST /v1/revocations/lift":
      return restore(visit);
    case "GET /v1/approvals":
      return listApprovals(visit);
    case "GET /v1/grants":
      return listGrants(visit);
    case "GET /v1/history":
      return listHistory(visit);
    case "GET /v1/history/figures":
      return historyInFigures(visit);
    case "GET /v1/tools":
      return listTools(visit);
    case "POST /v1/tools/accept":
      return acceptTool(visit);
    case "GET /v1/holds":
      return listHolds(visit);
    case "POST /v1/holds":
      return placeHold(visit);
    case "POST /v1/holds/lift":
      return liftHold(visit);
    case "POST /v1/erasures":
      return eraseEntries(visit);
    case "GET /v1/audit/checkpoint":
      return sendJson(visit.response, 200, { note: visit.site.gate.store.checkpoint() });
    case "GET /v1/audit/consistency":
      return proveConsistency(visit);
    case "GET /v1/audit/inclusion":
      return proveInclusion(visit);
    case "GET /v1/audit/entries":
      return searchLedger(visit);
    case "GET /v1/audit/sessions":
      return listSessions(visit);
    case "GET /v1/audit/activity":
      return readActivity(visit);
    case "GET /v1/audit/export":
      return audit(visit);
    default:
      if (approval !== null && approval[2] === undefined && request.method === "GET")
        return oneApproval(visit, approval[1] ?? "");
      if (approval !== null && approval[2] === "/context" && request.method === "GET")
        return contextOfApproval(visit, approval[1] ?? "");
      if (approval !== null && approval[2] === "/withdraw" && request.method === "POST")
        return withdraw(visit, approval[1] ?? "");
      if (approval !== null && approval[2] === "/decision" && request.method === "POST")
        return decision(visit, approval[1] ?? "");
      if (replayed !== null && request.method === "GET")
        return (replayed[2] === undefined ? showSession : exportSession)(visit, replayed[1] ?? "");
      if (entry !== undefined && request.method === "GET") return showEntry(visit, Number(entry));
      if (past !== undefined && request.method === "GET") return oneOfHistory(visit, past);
      if (device !== undefined && request.method === "POST") return confirmDevice(visit, device);
      if (about !== undefined && request.method === "GET") return aboutEntry(visit, Number(about));
      if (erasure !== undefined && request.method === "GET") return showErasure(visit, erasure);
      if (grant !== undefined && request.method === "POST") return revokeGrant(visit, grant);
      throw new CountersignError("not_found", "There is nothing at this address.");
  }
}

/** What anybody may read before signing in (`/.well-known/countersign`). */
export function discoveryOf({ gate, origin, ledgerKey }: Site): Discovery {
  const { issuers } = gate.runtime().config;
  const signIn = issuers.flatMap(({ audience, signIn: provider }) =>
    provider === undefined ? [] : [{ audience, provider }],
  );
  const { rotations } = gate.store;
  const rotated = rotations.length === 0 ? {} : { ledgerKeyRotations: [...rotations] };
  return { v: 1, gateway: origin, ledgerKey, ...rotated, signIn, nowMs: gate.now() };
}

function me({ response, principal }: ApiVisit): void {
  const { id, kind, name, groups, roles, expiresAtMs } = principal;
  sendJson(response, 200, { principal: { id, kind, name, groups }, roles, expiresAtMs });
}

function connections({ site, response, principal }: ApiVisit): void {
  const { connections: all, policy } = site.gate.runtime();
  const shown = [...all.values()].filter(({ name }) => policy.mayReach(principal, name));
  const views = shown.map(({ name, title, target, facts }): ConnectionView => {
    const view = { name, title, transport: target.transport, server: facts.server };
    const reason = target.hindrance?.() ?? null;
    return reason === null ? { ...view, state: facts.state } : { ...view, state: "failed", reason };
  });
  sendJson(response, 200, { connections: views });
}

function oneApproval({ site, response, principal }: ApiVisit, id: string): void {
  const record = site.gate.store.approvals.get(id);
  const approval = record === undefined ? null : site.gate.approvals.seenBy(principal, record);
  if (approval === null) throw new CountersignError("not_found", "There is no such request.");
  sendJson(response, 200, { approval });
}

async function decision(visit: ApiVisit, id: string): Promise<void> {
  const { site, response, principal } = visit;
  const body = await bodyOf(visit, decisionBody);
  const record = await site.gate.approvals.decide(principal, id, body.decision, body.grant);
  sendJson(response, 200, { approval: site.gate.approvals.seenBy(principal, record) });
}

async function withdraw({ site, response, principal }: ApiVisit, id: string): Promise<void> {
  const record = await site.gate.approvals.withdraw(principal, id);
  sendJson(response, 200, { approval: site.gate.approvals.seenBy(principal, record) });
}

async function audit(visit: ApiVisit): Promise<void> {
  auditor(visit);
  const { site, response } = visit;
  await recordLook(visit, { what: "export" });
  response.writeHead(200, { "content-type": "application/jsonl", "cache-control": "no-store" });
  for await (const line of exportLedger(folderSource(site.data))) {
    if (response.destroyed) return;
    await sendPart(response, line);
  }
  response.end();
}
