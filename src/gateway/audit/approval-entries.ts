import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { entryKind, type EntryKind } from "../../shared/entry-kind.ts";

/** Which approval an entry is about, and the principal whose word made it, if anybody's did. */
export interface AboutApproval {
  readonly approval: string;
  readonly by: string | null;
}

/** An entry of the ledger about an approval, by its number. */
export interface ApprovalEntry {
  readonly seq: number;
  readonly kind: EntryKind;
  readonly atMs: number;
  readonly by: string | null;
}

/** Where the ledger speaks of an approval: an index beside the log, which no proof rests on. */
export interface ApprovalEntries {
  readonly put: (about: AboutApproval, entry: Omit<ApprovalEntry, "by">) => void;
  /** All of this approval, oldest first. */
  readonly of: (approval: string) => readonly ApprovalEntry[];
  /** The oldest kept checkpoint that covers the entry of this number: a signed note. */
  readonly checkpointOver: (seq: number) => string | undefined;
}

const schema = `
  CREATE TABLE approval_entries (
    approval TEXT NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    by TEXT,
    PRIMARY KEY (approval, seq)
  ) STRICT, WITHOUT ROWID;
`;

// Once, for a log of before there was this index.
const fill = `
  INSERT INTO approval_entries (approval, seq, kind, at_ms, by)
    SELECT body ->> '$.approval', seq, leaf ->> '$.kind', leaf ->> '$.atMs', body ->> '$.by' FROM ledger_entries
    WHERE (leaf ->> '$.kind' LIKE 'approval.%' OR leaf ->> '$.kind' = 'decision.recorded')
      AND body IS NOT NULL AND body ->> '$.approval' IS NOT NULL;
`;

/** What the entry of this kind and body says of an approval; null where it is about none, or only about a refusal. */
export function aboutApproval(kind: EntryKind, body: Readonly<Record<string, unknown>>): AboutApproval | null {
  if (!kind.startsWith("approval.") && kind !== "decision.recorded") return null;
  const { approval, by } = body;
  return typeof approval === "string" ? { approval, by: typeof by === "string" ? by : null } : null;
}

/** The index over the ledger's tables, made and filled where it isn't there. */
export function approvalEntries(db: DatabaseSync): ApprovalEntries {
  const known = db.prepare("SELECT name FROM sqlite_schema WHERE name = 'approval_entries'").get();
  // Both or neither: half of it would never be filled.
  if (known === undefined) db.exec(`SAVEPOINT fill; ${schema} ${fill} RELEASE fill`);
  const put = db.prepare("INSERT INTO approval_entries (approval, seq, kind, at_ms, by) VALUES (?, ?, ?, ?, ?)");
  const of = db.prepare("SELECT seq, kind, at_ms, by FROM approval_entries WHERE approval = ? ORDER BY seq");
  const over = db.prepare("SELECT note FROM ledger_checkpoints WHERE size > ? ORDER BY size LIMIT 1");
  return {
    put: ({ approval, by }, { seq, kind, atMs }) => void put.run(approval, seq, kind, atMs, by),
    of: (approval) =>
      of.all(approval).map((found) => {
        const { at_ms: atMs, ...rest } = row.parse(found);
        return { ...rest, atMs };
      }),
    checkpointOver: (seq) => noteRow.optional().parse(over.get(seq))?.note,
  };
}

const row = z.object({ seq: z.number(), kind: entryKind, at_ms: z.number(), by: z.string().nullable() });
const noteRow = z.object({ note: z.string() });
