import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { aboutApproval } from "../audit/approval-entries.ts";
import { bodyFile } from "../audit/body-files.ts";
import { bodyIn } from "../audit/body-text.ts";
import { longBody } from "../audit/long-body.ts";
import { entryKind, isNeverErased } from "../../shared/entry-kind.ts";
import { linesOf } from "./history-line.ts";
import { placeOf } from "./precedents.ts";
import { storedApproval } from "./stored-approval.ts";
import type { JsonObject } from "../../shared/json.ts";

/** What went of the ledger, and what has still to go once that is durable. */
export interface Erased {
  /** Rising; those that had something to erase. */
  readonly entries: readonly number[];
  /** The files of long bodies, to be deleted once the commit is durable: what a crash leaves of them, the next start sweeps. */
  readonly files: readonly string[];
}

/**
 * Erases bodies and salts of these entries (rising numbers), inside the transaction of whoever calls it, who records it there too; and what the state keeps of
 * the same: an approval with its history, an answer, a grant. Nothing that is in force may be among them.
 */
export function eraser(db: DatabaseSync, folder: string): (entries: readonly number[]) => Erased {
  const select = db.prepare("SELECT leaf, body, salt IS NOT NULL AS salted FROM ledger_entries WHERE seq = ?");
  const erase = db.prepare("UPDATE ledger_entries SET salt = NULL, body = NULL WHERE seq = ?");
  const state = stateEraser(db);
  db.exec(schema);
  const link = db.prepare("INSERT INTO erased_links VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
  return (entries) => {
    const erased: number[] = [];
    const files: string[] = [];
    for (const seq of entries) {
      const found = row.optional().parse(select.get(seq));
      if (found === undefined || (found.body === null && found.salted === 0)) continue;
      const { kind, body: digest } = leafShape.parse(JSON.parse(found.leaf));
      if (isNeverErased(kind)) continue;
      const file = found.body === null ? bodyFile(folder, digest) : null;
      if (file !== null) files.push(file);
      const body = found.body === null ? longBody(folder, kind, found.leaf) : (bodyIn(found.body) ?? {});
      const [call, approval] = [idIn(body["call"]), idIn(body["approval"])];
      if (call !== null || approval !== null) link.run(seq, call, approval);
      state(seq, kind, body);
      erase.run(seq);
      erased.push(seq);
    }
    return { entries: erased, files };
  };
}

/**
 * Which call and approval an erased entry belonged to, ids that say nothing by themselves: a session still shows where an answer stood, and who comes with the id of
 * an approval that is gone is told how it went.
 */
const schema = `
  CREATE TABLE IF NOT EXISTS erased_links (entry INTEGER PRIMARY KEY, call TEXT, approval TEXT) STRICT;
  CREATE INDEX IF NOT EXISTS erased_links_approval ON erased_links (approval, entry) WHERE approval IS NOT NULL;
`;

/** The first entry of this approval that was erased; undefined where none was. */
export function erasedApproval(db: DatabaseSync): (approval: string) => number | undefined {
  db.exec(schema);
  const select = db.prepare("SELECT entry FROM erased_links WHERE approval = ? ORDER BY entry LIMIT 1");
  return (approval) => z.object({ entry: z.number() }).optional().parse(select.get(approval))?.entry;
}

const row = z.object({ leaf: z.string(), body: z.string().nullable(), salted: z.number() });
const leafShape = z.object({ kind: z.string(), body: z.string() });

/** As the gateway makes them: what a foreign hand wrote there is no id. */
function idIn(value: unknown): string | null {
  return typeof value === "string" && /^[a-z]{3}_[\w-]{1,40}$/.test(value) ? value : null;
}

function stateEraser(db: DatabaseSync): (seq: number, kind: string, body: JsonObject) => void {
  const approvals = approvalEraser(db);
  const answer = db.prepare("DELETE FROM answers WHERE approval = ?");
  const entry = db.prepare("DELETE FROM approval_entries WHERE approval = ? AND seq = ?");
  const grant = db.prepare("DELETE FROM grants WHERE id = ? AND live = 0");
  return (seq, kind, body) => {
    const { approval } = body;
    const named = entryKind.safeParse(kind);
    const about = named.success ? aboutApproval(named.data, body) : null;
    if (about !== null) {
      approvals(about.approval);
      entry.run(about.approval, seq);
    } else if (kind === "call.response" && typeof approval === "string") answer.run(approval);
    if (kind.startsWith("grant.") && typeof body["grant"] === "string") grant.run(body["grant"]);
  };
}

/** Deletes an approval, and by the places that its record has there, what the indexes have of it: without them each would be looked for through all of a table. */
function approvalEraser(db: DatabaseSync): (approval: string) => void {
  const select = db.prepare("SELECT record FROM approvals WHERE id = ?");
  const remove = db.prepare("DELETE FROM approvals WHERE id = ?");
  const line = db.prepare("DELETE FROM history WHERE who = ? AND kind = ? AND at_ms = ? AND approval = ?");
  const precedent = db.prepare(
    "DELETE FROM precedents WHERE connection = ? AND tool = ? AND at_ms = ? AND approval = ?",
  );
  const answer = db.prepare("DELETE FROM answers WHERE approval = ?");
  return (approval) => {
    const found = z.object({ record: z.string() }).optional().parse(select.get(approval));
    if (found === undefined) return;
    const record = storedApproval(found.record);
    for (const { who, line: own } of linesOf(record)) line.run(who, own.kind, own.atMs, approval);
    precedent.run(record.connection, record.tool, placeOf(record).atMs, approval);
    answer.run(approval);
    remove.run(approval);
  };
}
