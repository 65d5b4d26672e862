import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";

/** What is left of erased rows where SQLite's own overwriting does not reach, and the way to be rid of it. */
export interface Settling {
  /** Within the commit that erases: notes that something is left. */
  begin(): void;
  /** False where a reader still needs the old pages: to be asked again. Outside of any transaction. */
  settle(): boolean;
  /** Whether nothing was left since. */
  readonly isSettled: () => boolean;
}

/** Tables whose rows grow and move from page to page. Entries of the ledger don't: they are added at the end, and shrink where they are. */
const moving = ["approvals", "history", "precedents", "approval_entries", "answers", "grants"];

/** So many approvals are written anew beside calls; of more, the next start does it. */
const mostBesideCalls = 1000;

/**
 * `secure_delete` overwrites a row where it is deleted, but not the copies that it left when its page was split before. So the tables in which that happens
 * are written anew, and then the write-ahead log, which has the pages as they were, is emptied.
 */
export function settling(db: DatabaseSync): Settling {
  // A row: something was erased since. `rewritten`: only the log is left.
  db.exec("CREATE TABLE IF NOT EXISTS unsettled (rewritten INTEGER NOT NULL) STRICT");
  const state = db.prepare("SELECT min(rewritten) AS rewritten FROM unsettled");
  const count = db.prepare("SELECT count(*) AS count FROM approvals");
  const few = () => z.object({ count: z.number() }).parse(count.get()).count <= mostBesideCalls;
  const step = (): boolean => {
    const { rewritten } = z.object({ rewritten: z.number().nullable() }).parse(state.get());
    if (rewritten === null) return true;
    const isRewritten = rewritten === 1 || few();
    if (rewritten === 0 && isRewritten) rewriteTables(db);
    if (!emptyLog(db)) return false;
    if (isRewritten) db.exec("DELETE FROM unsettled");
    return true;
  };
  const isSettled = () => z.object({ rewritten: z.number().nullable() }).parse(state.get()).rewritten === null;
  // What a crash left, or was too much beside calls; that all is settled is for who knows of the other files.
  if (!isSettled()) rewriteTables(db);
  return {
    begin: () => db.exec("DELETE FROM unsettled; INSERT INTO unsettled VALUES (0)"),
    settle: step,
    isSettled,
  };
}

/** Dropped pages are overwritten; the new ones hold what is there and nothing else. */
function rewriteTables(db: DatabaseSync): void {
  const of = db.prepare("SELECT sql FROM sqlite_schema WHERE tbl_name = ? AND type = ? AND sql IS NOT NULL");
  const name = db.prepare("SELECT name FROM sqlite_schema WHERE tbl_name = ? AND type = 'index' AND sql IS NOT NULL");
  const sqlOf = (table: string, type: string) =>
    of.all(table, type).map((row) => z.object({ sql: z.string() }).parse(row).sql);
  db.exec("BEGIN IMMEDIATE");
  try {
    for (const table of moving) {
      const [create] = sqlOf(table, "table");
      if (create === undefined) continue;
      const indexes = sqlOf(table, "index");
      for (const row of name.all(table)) db.exec(`DROP INDEX "${z.object({ name: z.string() }).parse(row).name}"`);
      db.exec(`ALTER TABLE ${table} RENAME TO ${table}_before`);
      db.exec(create);
      db.exec(`INSERT INTO ${table} SELECT * FROM ${table}_before; DROP TABLE ${table}_before`);
      for (const index of indexes) db.exec(index);
    }
    db.exec("UPDATE unsettled SET rewritten = 1; COMMIT");
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

/** Writes all of the log into the file and empties it, if no reader is in the way; nobody is waited for. */
function emptyLog(db: DatabaseSync): boolean {
  const timeout = z.object({ timeout: z.number() }).parse(db.prepare("PRAGMA busy_timeout").get()).timeout;
  db.exec("PRAGMA busy_timeout = 0");
  try {
    const { busy } = z.object({ busy: z.number() }).parse(db.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get());
    return busy === 0;
  } finally {
    db.exec(`PRAGMA busy_timeout = ${timeout}`);
  }
}
