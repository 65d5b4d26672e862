import { DatabaseSync } from "node:sqlite";
import type { LedgerSource, SourceEntry } from "../gateway/audit/ledger-source.ts";
import { openSource } from "../gateway/audit/source.ts";
import { mostSearched } from "../gateway/search/entry-words.ts";
import { type LedgerRow, SearchIndex } from "../gateway/search/search-index.ts";
import { CountersignError } from "../shared/errors.ts";
import { readingProgress } from "./reading-progress.ts";
import type { Terminal } from "./terminal.ts";

/** A ledger that was read for searching, and how many entries it has. */
interface OfflineIndex {
  readonly index: SearchIndex;
  readonly source: LedgerSource;
  readonly entries: number;
}

const batch = 500;

/** Reads a data folder or an exported file, unchecked, into an index in memory, which is gone afterwards. Throws `ledger_inconsistent` for what can't be read. */
export async function withOfflineIndex<T>(
  data: string,
  terminal: Terminal,
  use: (found: OfflineIndex) => Promise<T>,
): Promise<T> {
  const db = new DatabaseSync(":memory:");
  const source = await openSource(data);
  try {
    const index = new SearchIndex(db);
    const progress = readingProgress(terminal);
    let rows: LedgerRow[] = [];
    let read = 0;
    for await (const { leaf, body } of readable(source)) {
      // Of a long answer the beginning says whose it is; what a long request says of who asks stands behind what was asked.
      const isPart = (body?.length ?? 0) > mostSearched && leaf.includes('"kind":"call.response"');
      rows.push({ seq: read, leaf, body, isPart });
      progress((read += 1));
      if (rows.length < batch) continue;
      index.put(rows);
      rows = [];
    }
    index.put(rows);
    return await use({ index, source, entries: read });
  } finally {
    terminal.progress("");
    source.close();
    db.close();
  }
}

/** The entries of a ledger, in its order. Throws `ledger_inconsistent` at the first that can't be read. */
export async function* readable(source: LedgerSource): AsyncGenerator<SourceEntry> {
  for await (const entry of source.entries()) {
    if (!entry.readable) throw new CountersignError("ledger_inconsistent", `${entry.place}: ${entry.what}.`);
    yield entry;
  }
}
