import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  sessionPart,
  sessionsPage,
  type SessionAsk,
  type SessionExportAsk,
  type SessionFormat,
  type SessionPart,
  type SessionsAsk,
  type SessionsPage,
} from "../shared/audit-sessions.ts";
import type { Exported } from "../shared/console-calls.ts";
import { CountersignError } from "../shared/errors.ts";
import type { GatewayApi } from "./gateway.ts";
import type { SaveText } from "./history.ts";

/** MCP clients' sessions as the gateway's ledger has them, those that began last first. Takes the role auditor; throws the gateway's codes. */
export async function listSessions(api: GatewayApi, asked: SessionsAsk): Promise<SessionsPage> {
  return await api.get(`/v1/audit/sessions?${queryOf(asked)}`, sessionsPage);
}

/** A part of one session, in the ledger's order. Takes the role auditor; throws `not_found` besides. */
export async function showSession(api: GatewayApi, { id, ...asked }: SessionAsk): Promise<SessionPart> {
  return await api.get(`/v1/audit/sessions/${id}?${queryOf(asked)}`, sessionPart);
}

/** Fetches one session as a file of this format, new and private in this folder; whoever asked removes it. */
export async function downloadSession(
  api: GatewayApi,
  directory: string,
  id: string,
  format: SessionFormat,
): Promise<string> {
  const file = join(directory, `session-${crypto.randomUUID()}.${format}`);
  await api.download(`/v1/audit/sessions/${id}/export?format=${format}`, file);
  return file;
}

/** So much of a session goes through a console; bytes. */
const mostSaved = 32 * 1024 * 1024;

/** One session as one file, for a console. Throws `too_large` where the terminal should save it. */
export async function exportSession(
  api: GatewayApi,
  directory: string,
  { id, format }: SessionExportAsk,
  saveText: SaveText | undefined,
): Promise<Exported> {
  const file = await downloadSession(api, directory, id, format);
  try {
    if ((await stat(file)).size > mostSaved) throw tooLarge(id, format);
    const name = `countersign-session-${id}.${format}`;
    const text = await readFile(file, "utf8");
    if (saveText === undefined) return { saved: null, name, text };
    return { saved: await saveText(name, text), name, text: null };
  } finally {
    await rm(file, { force: true });
  }
}

function tooLarge(id: string, format: SessionFormat): CountersignError {
  const message = `This session is too long to be saved from here. In a terminal: countersign audit session ${id} --format ${format} --out FILE`;
  return new CountersignError("too_large", message);
}

function queryOf(asked: Readonly<Record<string, string | number | null | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked))
    if (value !== null && value !== undefined) query.set(name, String(value));
  return query.toString();
}
