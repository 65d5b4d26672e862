import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { CountersignError } from "../../shared/errors.ts";
import { databaseFile, formatVersion } from "../store/database.ts";
import { readBody } from "./body-files.ts";
import type { LedgerSource, SourceCheckpoint, SourceEntry, Unreadable } from "./ledger-source.ts";

/**
 * The ledger of a data folder, in one read transaction. Nothing is written: where no `-wal` file is (a gateway that
 * stopped cleanly, or a copy of the main file alone) the file is read as immutable, so that not even SQLite's own files appear.
 */
export function folderSource(folder: string): LedgerSource {
  const path = resolve(folder, databaseFile);
  if (!existsSync(path)) throw new CountersignError("not_found", `There is no ${databaseFile} in ${folder}.`);
  const alone = !existsSync(`${path}-wal`);
  const db = openReadOnly(path, alone);
  // An immutable file takes no locks; if a gateway has started meanwhile, what was read may be a mixture.
  const refuseChanged = () => {
    if (alone && existsSync(`${path}-wal`)) throw changed(folder);
  };
  return {
    form: "folder",
    header: () => Promise.resolve(readHeader(db)),
    entries: () => readEntries(db, folder, refuseChanged),
    checkpoints: () => readCheckpoints(db),
    close: () => db.close(),
  };
}

function openReadOnly(path: string, immutable: boolean): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    const url = pathToFileURL(path);
    if (immutable) url.searchParams.set("immutable", "1");
    db = new DatabaseSync(url, { readOnly: true, timeout: 5000 });
    db.exec("PRAGMA trusted_schema=OFF; BEGIN");
    const format = z.object({ user_version: z.number() }).parse(db.prepare("PRAGMA user_version").get()).user_version;
    if (format !== formatVersion) throw new TypeError(`format ${format}`);
    db.prepare("SELECT seq FROM ledger_entries LIMIT 1").get();
    return db;
  } catch (cause) {
    db?.close();
    throw new CountersignError(
      "store_failed",
      `${path} can't be read as a ledger of format ${formatVersion}. If its folder can't be written to, copy it (with -wal) and verify the copy.`,
      { cause },
    );
  }
}

const entryRow = z.object({
  seq: z.number(),
  leaf: z.string(),
  leaf_hash: z.instanceof(Uint8Array),
  salt: z.instanceof(Uint8Array).nullable(),
  body: z.string().nullable(),
});
const checkpointRow = z.object({ size: z.number(), note: z.string() });

async function* readEntries(
  db: DatabaseSync,
  folder: string,
  refuseChanged: () => void,
): AsyncGenerator<SourceEntry | Unreadable> {
  let count = 0;
  for (const row of rowsOf(db, "SELECT seq, leaf, leaf_hash, salt, body FROM ledger_entries ORDER BY seq")) {
    const entry = row === damaged ? damaged : entryOf(row);
    yield entry.readable && entry.body === null && entry.salt !== null ? await withFile(entry, folder) : entry;
    // A gateway exports its own ledger beside its calls; it must not stand still meanwhile.
    count += 1;
    if (count % 64 === 0) await setImmediate();
  }
  refuseChanged();
}

async function* readCheckpoints(db: DatabaseSync): AsyncGenerator<SourceCheckpoint | Unreadable> {
  for (const row of rowsOf(db, "SELECT size, note FROM ledger_checkpoints ORDER BY size")) {
    const checkpoint = checkpointRow.safeParse(row);
    if (checkpoint.success) yield { readable: true, filedAs: checkpoint.data.size, note: checkpoint.data.note };
    else yield row === damaged ? damaged : { ...damaged, place: "ledger_checkpoints" };
  }
}

function readHeader(db: DatabaseSync): Awaited<ReturnType<LedgerSource["header"]>> {
  const [newest] = rowsOf(db, "SELECT size, note FROM ledger_checkpoints ORDER BY size DESC LIMIT 1");
  const [length] = rowsOf(db, "SELECT coalesce(max(seq) + 1, 0) AS entries FROM ledger_entries");
  const checkpoint = checkpointRow.safeParse(newest);
  const entries = z.object({ entries: z.number() }).safeParse(length);
  if (!entries.success) return damaged;
  if (!checkpoint.success) return { readable: false, place: "checkpoints", what: "there is none" };
  const { note } = checkpoint.data;
  return { readable: true, origin: note.slice(0, note.indexOf("\n")), entries: entries.data.entries };
}

const damaged: Unreadable = {
  readable: false,
  place: databaseFile,
  what: "SQLite can't read on: the file is damaged here",
};

/** The rows, ended by `damaged` where SQLite finds the file corrupt. */
function* rowsOf(db: DatabaseSync, query: string): Generator {
  try {
    yield* db.prepare(query).iterate();
  } catch {
    yield damaged;
  }
}

function entryOf(value: unknown): SourceEntry | Unreadable {
  const row = entryRow.safeParse(value);
  if (!row.success) {
    return { readable: false, place: "ledger_entries", what: "a row's columns are not those of an entry" };
  }
  const { seq, leaf, leaf_hash: hash, salt, body } = row.data;
  return { readable: true, row: seq, leaf, leafHash: Buffer.from(hash), salt: salt && Buffer.from(salt), body };
}

/** The entry with its body from the file that its leaf names; without one where that is gone. */
async function withFile(entry: SourceEntry, folder: string): Promise<SourceEntry | Unreadable> {
  const digest = digestIn(entry.leaf);
  try {
    return { ...entry, body: digest === null ? null : await readBody(folder, digest) };
  } catch {
    return { readable: false, place: `entry ${entry.row ?? 0}`, what: "the file of its body can't be read" };
  }
}

function digestIn(leaf: string): string | null {
  try {
    return z.object({ body: z.string() }).parse(JSON.parse(leaf)).body;
  } catch {
    return null;
  }
}

function changed(folder: string): CountersignError {
  return new CountersignError(
    "store_failed",
    `A gateway started in ${folder} while its ledger was read. Verify again.`,
  );
}
