import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";

/** The notes by which the ledger's key was rotated, as they are filed beside the log. */
export interface StoredRotations {
  /** `size`: the number of the entry that records it. */
  readonly put: (size: number, note: string) => void;
}

const schema = "CREATE TABLE IF NOT EXISTS ledger_keys (size INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT";

/** The table, made where it isn't there. */
export function storedRotations(db: DatabaseSync): StoredRotations {
  db.exec(schema);
  const insert = db.prepare("INSERT INTO ledger_keys (size, note) VALUES (?, ?)");
  return { put: (size, note) => void insert.run(size, note) };
}

/** All of them, oldest first. */
export function rotationsIn(db: DatabaseSync): readonly string[] {
  const rows = db.prepare("SELECT note FROM ledger_keys ORDER BY size").all();
  return rows.map((row) => noteRow.parse(row).note);
}

const noteRow = z.object({ note: z.string() });
