import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";

/** What was revoked for good, or until it is restored: a principal by id, or a session, whose key begins no other without a new sign-in. */
const revocationRecord = z.object({
  kind: z.enum(["principal", "session"]),
  id: z.string(),
  /** Of a session: the thumbprint of its key. */
  key: z.string().optional(),
  atMs: z.number(),
  by: z.string(),
});
export type RevocationRecord = Readonly<z.infer<typeof revocationRecord>>;

export interface RevocationReads {
  all(): readonly RevocationRecord[];
}

export interface RevocationWrites extends RevocationReads {
  put(record: RevocationRecord): void;
  remove(kind: RevocationRecord["kind"], id: string): void;
}

/** Made at every opening, so that a store of before it gains it. */
const schema = `
  CREATE TABLE IF NOT EXISTS revocations (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (kind, id)
  ) STRICT;
`;

/** Reads and writes over the table of revocations. */
export function revocationTable(db: DatabaseSync): RevocationWrites {
  db.exec(schema);
  const all = db.prepare("SELECT record FROM revocations ORDER BY kind, id");
  const put = db.prepare(
    "INSERT INTO revocations (kind, id, record) VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET record = excluded.record",
  );
  const remove = db.prepare("DELETE FROM revocations WHERE kind = ? AND id = ?");
  return {
    all: () =>
      all.all().map((row) => revocationRecord.parse(JSON.parse(z.object({ record: z.string() }).parse(row).record))),
    put: (record) => void put.run(record.kind, record.id, JSON.stringify(revocationRecord.parse(record))),
    remove: (kind, id) => void remove.run(kind, id),
  };
}
