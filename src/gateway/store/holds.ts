import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { hold, type Hold } from "../../shared/retention.ts";

export interface HoldReads {
  /** Those that are in force, the oldest first. */
  all(): readonly Hold[];
}

export interface HoldWrites extends HoldReads {
  put(hold: Hold): void;
  remove(name: string): void;
}

/** Made at every opening, so that a store of before it gains it. */
const schema = "CREATE TABLE IF NOT EXISTS holds (name TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT";

/** Reads and writes over the table of holds. */
export function holdTable(db: DatabaseSync): HoldWrites {
  db.exec(schema);
  const all = db.prepare("SELECT record FROM holds");
  const put = db.prepare("INSERT INTO holds (name, record) VALUES (?, ?)");
  const remove = db.prepare("DELETE FROM holds WHERE name = ?");
  return {
    all: () =>
      all
        .all()
        .map((row) => hold.parse(JSON.parse(z.object({ record: z.string() }).parse(row).record)))
        .toSorted((one, other) => one.placedAtMs - other.placedAtMs),
    put: (one) => void put.run(one.name, JSON.stringify(hold.parse(one))),
    remove: (name) => void remove.run(name),
  };
}
