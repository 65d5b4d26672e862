import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { approvalState } from "../../shared/approval.ts";
import { answerTable } from "./answers.ts";
import { storedApproval } from "./stored-approval.ts";
import { deviceTable } from "./devices.ts";
import { grantTable } from "./grants.ts";
import { holdTable } from "./holds.ts";
import { type HistoryTable, historyTable } from "./history.ts";
import { precedentTable, type PrecedentTable } from "./precedents.ts";
import { revocationTable } from "./revocations.ts";
import { type ApprovalRecord, approvalRecord, type Reads, type Writes } from "./store.ts";

/** What the store keeps besides the ledger. `running` is set while a gateway has the store open. */
export const stateSchema = `
  CREATE TABLE approvals (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    revision INTEGER NOT NULL UNIQUE,
    state TEXT NOT NULL,
    lookup TEXT NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX approvals_live ON approvals (lookup) WHERE state IN ('pending', 'approved');
  CREATE TABLE devices (id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
  CREATE TABLE tools (
    connection TEXT NOT NULL,
    tool TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    PRIMARY KEY (connection, tool)
  ) STRICT;
  CREATE TABLE running (running INTEGER NOT NULL CHECK (running IN (0, 1))) STRICT;
  INSERT INTO running VALUES (0);
`;

/** The writes that tables of state take, without the ledger's. */
export type StateWrites = Omit<Writes, "append" | "erase">;

export interface StateTables {
  readonly reads: Reads;
  readonly writes: StateWrites;
  /** Whether the last owner left without closing. */
  wasRunning(): boolean;
  setRunning(running: boolean): void;
}

/** Reads and writes over the tables of state; rows are parsed where they are read. */
export function stateTables(db: DatabaseSync): StateTables {
  const approvals = approvalReads(db);
  const answers = answerTable(db);
  const grants = grantTable(db);
  const history = historyTable(db);
  const precedents = precedentTable(db);
  const devices = deviceTable(db);
  const revocations = revocationTable(db);
  const holds = holdTable(db);
  const tools = toolReads(db);
  const running = db.prepare("SELECT running FROM running");
  const setRunning = db.prepare("UPDATE running SET running = ?");
  return {
    reads: { approvals, answers, history, precedents, grants, devices, revocations, holds, tools },
    writes: {
      approvals: { ...approvals, put: approvalPut(db, approvals, [history, precedents]) },
      answers,
      history,
      precedents,
      grants,
      devices,
      revocations,
      holds,
      tools: { ...tools, put: toolPut(db) },
    },
    wasRunning: () => z.object({ running: z.number() }).parse(running.get()).running !== 0,
    setRunning: (value) => void setRunning.run(value ? 1 : 0),
  };
}

const recordRow = z.object({ record: z.string() });

function approvalReads(db: DatabaseSync): Reads["approvals"] {
  const get = db.prepare("SELECT record FROM approvals WHERE id = ?");
  const live = db.prepare("SELECT record FROM approvals WHERE lookup = ? AND state IN ('pending', 'approved')");
  const inState = db.prepare("SELECT record FROM approvals WHERE state = ? ORDER BY number");
  const nextAfter = db.prepare("SELECT record FROM approvals WHERE revision > ? ORDER BY revision LIMIT 1");
  // Made here, so that stores of before get them as well.
  db.exec(`
    CREATE INDEX IF NOT EXISTS approvals_pending ON approvals (json_extract(record, '$.person')) WHERE state = 'pending';
    CREATE INDEX IF NOT EXISTS approvals_changed ON approvals (state, revision);
    DROP INDEX IF EXISTS approvals_state;
  `);
  const pendingOf = db.prepare(
    "SELECT count(*) AS pending FROM approvals WHERE state = 'pending' AND json_extract(record, '$.person') = ?",
  );
  const last = db.prepare("SELECT coalesce(max(revision), 0) AS revision FROM approvals");
  return {
    get: (id) => parseApproval(get.get(id)),
    live: (lookup) => parseApproval(live.get(lookup)),
    inState: (state) => parseApprovals(inState.all(state)),
    nextAfter: (revision) => parseApproval(nextAfter.get(revision)),
    ...outlineReads(db),
    pendingOf: (person) => z.object({ pending: z.number() }).parse(pendingOf.get(person)).pending,
    lastRevision: () => z.object({ revision: z.number() }).parse(last.get()).revision,
  };
}

const outlineRow = z.object({ id: z.string(), state: approvalState, revision: z.number(), bytes: z.number() });

/** The length in bytes is in a row's header: a record isn't read for it. */
function outlineReads(db: DatabaseSync): Pick<Reads["approvals"], "outlines" | "outlinesAfter"> {
  const columns = "SELECT id, state, revision, octet_length(record) AS bytes FROM approvals";
  const ofState = db.prepare(`${columns} WHERE state = ? ORDER BY revision DESC LIMIT ?`);
  const after = db.prepare(`${columns} WHERE revision > ? ORDER BY revision LIMIT ?`);
  return {
    outlines: (state, most) => ofState.all(state, most).map((row) => outlineRow.parse(row)),
    outlinesAfter: (revision, most) => after.all(revision, most).map((row) => outlineRow.parse(row)),
  };
}

function approvalPut(
  db: DatabaseSync,
  reads: Reads["approvals"],
  indexes: readonly (HistoryTable | PrecedentTable)[],
): Writes["approvals"]["put"] {
  const put = db.prepare(`
    INSERT INTO approvals (id, revision, state, lookup, expires_at_ms, record) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, state = excluded.state, lookup = excluded.lookup,
      expires_at_ms = excluded.expires_at_ms, record = excluded.record`);
  return (record) => {
    const next = approvalRecord.parse({ ...record, revision: reads.lastRevision() + 1 });
    put.run(next.id, next.revision, next.state, next.lookup, Math.ceil(next.expiresAtMs), JSON.stringify(next));
    for (const index of indexes) index.put(next);
    return next;
  };
}

function parseApproval(row: unknown): ApprovalRecord | undefined {
  return row === undefined ? undefined : storedApproval(recordRow.parse(row).record);
}

function parseApprovals(rows: readonly unknown[]): readonly ApprovalRecord[] {
  return rows.map((row) => storedApproval(recordRow.parse(row).record));
}

const toolRow = z.object({ fingerprint: z.string() });

function toolReads(db: DatabaseSync): Reads["tools"] {
  const get = db.prepare("SELECT fingerprint FROM tools WHERE connection = ? AND tool = ?");
  return {
    fingerprint: (connection, tool) => {
      const row = get.get(connection, tool);
      return row === undefined ? undefined : toolRow.parse(row).fingerprint;
    },
  };
}

function toolPut(db: DatabaseSync): Writes["tools"]["put"] {
  const put = db.prepare(`
    INSERT INTO tools (connection, tool, fingerprint) VALUES (?, ?, ?)
    ON CONFLICT (connection, tool) DO UPDATE SET fingerprint = excluded.fingerprint`);
  return (connection, tool, fingerprint) => void put.run(connection, tool, fingerprint);
}
