import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { erasedEntries } from "../../shared/ledger.ts";
import type { Erasure } from "../../shared/erasure.ts";

/** Which entry records the erasure of another: an index beside the log, which no proof rests on. */
export interface ErasedRanges {
  /** `body` is that of the `entries.erased` with this number. */
  put(seq: number, body: string): void;
  /** How entry `seq` was erased; undefined where it was not. */
  of(seq: number): Erasure | undefined;
}

/** Made at every opening, so that a store of before it gains it: no such store has erased anything. */
const schema = `
  CREATE TABLE IF NOT EXISTS erased_ranges (
    first INTEGER PRIMARY KEY,
    last INTEGER NOT NULL,
    record INTEGER NOT NULL
  ) STRICT;
`;

export function erasedRanges(db: DatabaseSync): ErasedRanges {
  db.exec(schema);
  const put = db.prepare("INSERT INTO erased_ranges VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
  const of = erasureQuery(db);
  return {
    put(seq, body) {
      for (const [from, to] of erasedEntries.parse(JSON.parse(body)).entries) put.run(from, to, seq);
    },
    of,
  };
}

/** The same for who only reads the store, whose tables are there. */
export function erasureQuery(db: DatabaseSync): ErasedRanges["of"] {
  const select = db.prepare(`
    SELECT ranges.last AS last, ranges.record AS record, leaf ->> '$.atMs' AS at_ms, body FROM erased_ranges AS ranges
    JOIN ledger_entries ON ledger_entries.seq = ranges.record
    WHERE ranges.first <= ? ORDER BY ranges.first DESC LIMIT 1`);
  return (seq) => {
    const found = row.optional().parse(select.get(seq));
    if (found === undefined || found.last < seq) return undefined;
    const { rule, by, reason } = erasedEntries.parse(JSON.parse(found.body));
    return { record: found.record, atMs: found.at_ms, rule: rule?.name ?? null, by, reason };
  };
}

const row = z.object({ last: z.number(), record: z.number(), at_ms: z.number(), body: z.string() });
