import {
  sessionPart,
  sessionsPage,
  type SessionAsk,
  type SessionPart,
  type SessionsAsk,
  type SessionsPage,
} from "../shared/audit-sessions.ts";
import type { GatewayApi } from "./gateway.ts";

/** MCP clients' sessions as the gateway's ledger has them, those that began last first. Takes the role auditor; throws the gateway's codes. */
export async function listSessions(api: GatewayApi, asked: SessionsAsk): Promise<SessionsPage> {
  return await api.get(`/v1/audit/sessions?${queryOf(asked)}`, sessionsPage);
}

/** A part of one session, in the ledger's order. Takes the role auditor; throws `not_found` besides. */
export async function showSession(api: GatewayApi, { id, ...asked }: SessionAsk): Promise<SessionPart> {
  return await api.get(`/v1/audit/sessions/${id}?${queryOf(asked)}`, sessionPart);
}

function queryOf(asked: Readonly<Record<string, string | number | null | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked))
    if (value !== null && value !== undefined) query.set(name, String(value));
  return query.toString();
}
