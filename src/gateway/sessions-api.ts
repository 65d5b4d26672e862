import { createReadStream } from "node:fs";
import type { ServerResponse } from "node:http";
import { z } from "zod";
import { sessionFormat, sessionsQuery } from "../shared/audit-sessions.ts";
import { CountersignError } from "../shared/errors.ts";
import { erasedWords, type Erasure } from "../shared/erasure.ts";
import type { ApiVisit } from "./api.ts";
import { bodyFile } from "./audit/body-files.ts";
import { statedHead } from "./audit/checkpoint.ts";
import { sendJson } from "./send-json.ts";
import { sendPart } from "./mcp/send-parts.ts";
import { exportParts } from "./sessions/export-parts.ts";
import type { Piece } from "./sessions/stored-moment.ts";
import { auditor, maskedQuery, queryAs, recordLook } from "./search-api.ts";

const pageQuery = sessionsQuery.extend({
  before: z.coerce.number().int().nonnegative().default(Number.MAX_SAFE_INTEGER),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
/** `after`: the last entry that was seen; without it from the beginning. */
const partQuery = z.strictObject({
  after: z.coerce.number().int().nonnegative().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(200),
});
const exportQuery = z.strictObject({ format: sessionFormat });

/** `GET /v1/audit/sessions`: MCP clients' sessions that fit, those that began last first; for the role `auditor`, and recorded. */
export async function listSessions(visit: ApiVisit): Promise<void> {
  auditor(visit);
  const { before, limit, ...query } = queryAs(visit, pageQuery);
  await recordLook(visit, { what: "sessions", query: maskedQuery(visit, query) });
  sendJson(visit.response, 200, await visit.site.search.sessions(query, before, limit));
}

/** `GET /v1/audit/sessions/ID`: its entries in the ledger's order, a part at a time; for the role `auditor`, and recorded. */
export async function showSession(visit: ApiVisit, id: string): Promise<void> {
  auditor(visit);
  const { after, limit } = queryAs(visit, partQuery);
  await recordLook(visit, { what: "session", session: id, ...(after === undefined ? {} : { after }) });
  const part = await visit.site.search.session(id, after ?? -1, limit);
  if (part === null) throw new CountersignError("not_found", "There is no such session in the ledger.");
  sendJson(visit.response, 200, part);
}

/** `GET /v1/audit/entries/N`: the whole body of one entry, as it is kept; for the role `auditor`, and recorded. */
export async function showEntry(visit: ApiVisit, entry: number): Promise<void> {
  auditor(visit);
  const { site, response } = visit;
  await recordLook(visit, { what: "entry", entry });
  const body = await site.search.body(entry);
  if (body === null) throw new CountersignError("not_found", "There is no such entry in the ledger.");
  if (body.at === "erased") throw erased(site.gate.store.erasureOf(entry));
  begin(response, "application/json");
  await send(visit, body.at === "row" ? body.text : { file: body.digest });
  response.end();
}

function erased(erasure: Erasure | undefined): CountersignError {
  if (erasure === undefined) return new CountersignError("not_found", "The body of this entry is gone.");
  return new CountersignError("not_found", `The body of this entry was erased ${erasedWords(erasure)}.`);
}

/** `GET /v1/audit/sessions/ID/export?format=jsonl|html`: the whole session as one file; for the role `auditor`, and recorded. */
export async function exportSession(visit: ApiVisit, id: string): Promise<void> {
  auditor(visit);
  const { site, response } = visit;
  const { format } = queryAs(visit, exportQuery);
  await recordLook(visit, { what: "session export", session: id, format });
  const { size: entries } = statedHead(site.gate.store.checkpoint());
  const parts = exportParts(site.search, { id, format, entries });
  const first = await parts.next();
  if (first.done === true) throw new CountersignError("not_found", "There is no such session in the ledger.");
  begin(response, format === "html" ? "text/html; charset=utf-8" : "application/jsonl");
  for (const piece of first.value) await send(visit, piece);
  for await (const pieces of parts) {
    for (const piece of pieces) await send(visit, piece);
    if (response.destroyed) return;
  }
  response.end();
}

function begin(response: ServerResponse, type: string): void {
  // Nobody's browser is to open it from here: it is saved.
  response.writeHead(200, { "content-type": type, "content-disposition": "attachment", "cache-control": "no-store" });
}

async function send({ site, response }: ApiVisit, piece: Piece): Promise<void> {
  const path = typeof piece === "string" ? null : bodyFile(site.data, piece.file);
  const parts = typeof piece === "string" ? [piece] : path === null ? [] : createReadStream(path, { encoding: "utf8" });
  for await (const part of parts) {
    if (response.destroyed) return;
    await sendPart(response, String(part));
  }
}
