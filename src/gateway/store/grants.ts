import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { grantView } from "../../shared/grant.ts";

/** A grant as it is kept: what everybody may see of it, and what only the gateway needs. */
const grantRecord = grantView.omit({ relation: true }).extend({
  /** The holder's person under `identities:` when it was granted. */
  person: z.string(),
  /** Keyed digest over how the target is reached that it was granted for. Absent in grants from before it was kept: those fit no target. */
  place: z.string().optional(),
  /** What its approver signed, compact JWS. */
  jws: z.string(),
});
export type GrantRecord = Readonly<z.infer<typeof grantRecord>>;

export interface GrantReads {
  get(id: string): GrantRecord | undefined;
  /** The one that was made beside this approval. */
  ofApproval(approval: string): GrantRecord | undefined;
  /** All that live of this principal for this tool, oldest first. */
  live(principal: string, connection: string, tool: string): readonly GrantRecord[];
  allLive(): readonly GrantRecord[];
  /** Those that live and whose time is over. */
  overdue(nowMs: number): readonly GrantRecord[];
  /** All, the newest first. */
  all(): readonly GrantRecord[];
  /** What was put since that mark, in this process, and the mark to ask from next; 0 is the first. */
  changedAfter(mark: number): { readonly mark: number; readonly changed: readonly GrantRecord[] };
}

export interface GrantWrites extends GrantReads {
  put(record: GrantRecord): void;
}

/** Made at every opening, so that a store of before it gains it. */
const schema = `
  CREATE TABLE IF NOT EXISTS grants (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    approval TEXT NOT NULL UNIQUE,
    principal TEXT NOT NULL,
    connection TEXT NOT NULL,
    tool TEXT NOT NULL,
    live INTEGER NOT NULL CHECK (live IN (0, 1)),
    ends_at_ms INTEGER NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS grants_live ON grants (principal, connection, tool) WHERE live = 1;
  CREATE INDEX IF NOT EXISTS grants_end ON grants (ends_at_ms) WHERE live = 1;
`;

/** Reads and writes over the table of grants. */
export function grantTable(db: DatabaseSync): GrantWrites {
  db.exec(schema);
  const get = db.prepare("SELECT record FROM grants WHERE id = ?");
  const ofApproval = db.prepare("SELECT record FROM grants WHERE approval = ?");
  const live = db.prepare(
    "SELECT record FROM grants WHERE live = 1 AND principal = ? AND connection = ? AND tool = ? ORDER BY number",
  );
  const allLive = db.prepare("SELECT record FROM grants WHERE live = 1 ORDER BY number");
  const overdue = db.prepare("SELECT record FROM grants WHERE live = 1 AND ends_at_ms <= ?");
  const all = db.prepare("SELECT record FROM grants ORDER BY number DESC");
  const put = db.prepare(`
    INSERT INTO grants (id, approval, principal, connection, tool, live, ends_at_ms, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET live = excluded.live, record = excluded.record`);
  /** The newest mark of each that was put: a write that is undone leaves one behind, which costs a look. */
  const marks = new Map<string, number>();
  let mark = 0;
  return {
    changedAfter(after) {
      if (after === mark) return { mark, changed: [] };
      const ids = [...marks].filter(([, of]) => of > after).map(([id]) => id);
      return { mark, changed: ids.flatMap((id) => parse(get.get(id)) ?? []) };
    },
    get: (id) => parse(get.get(id)),
    ofApproval: (approval) => parse(ofApproval.get(approval)),
    live: (principal, connection, tool) => parseAll(live.all(principal, connection, tool)),
    allLive: () => parseAll(allLive.all()),
    overdue: (nowMs) => parseAll(overdue.all(Math.floor(nowMs))),
    all: () => parseAll(all.all()),
    put(record) {
      marks.set(record.id, (mark += 1));
      const { id, approval, principal, connection, tool, state, endsAtMs } = grantRecord.parse(record);
      put.run(
        id,
        approval,
        principal.id,
        connection,
        tool,
        state === "live" ? 1 : 0,
        Math.ceil(endsAtMs),
        JSON.stringify(record),
      );
    },
  };
}

const row = z.object({ record: z.string() });

function parse(found: unknown): GrantRecord | undefined {
  return found === undefined ? undefined : grantRecord.parse(JSON.parse(row.parse(found).record));
}

function parseAll(found: readonly unknown[]): readonly GrantRecord[] {
  return found.map((each) => grantRecord.parse(JSON.parse(row.parse(each).record)));
}
