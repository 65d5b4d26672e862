import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { CountersignError } from "../../shared/errors.ts";
import { databaseFile, formatVersion } from "../store/database.ts";
import { type Complete, withBody, withDigest, withFile } from "./complete-entry.ts";
import { mostRotations } from "../../shared/ledger-keys.ts";
import { keptNotes } from "../witnesses/kept-note.ts";
import { withWitnessed } from "./witnessed-checkpoints.ts";
import {
  type LedgerSource,
  singly,
  type SourceCheckpoint,
  type SourceEntry,
  type Unreadable,
} from "./ledger-source.ts";

/**
 * The ledger of a data folder, in one read transaction. Nothing is written: where no `-wal` file is (a gateway that
 * stopped cleanly, or a copy of the main file alone) the file is read as immutable, so that not even SQLite's own files appear.
 */
export function folderSource(folder: string): LedgerSource {
  const path = resolve(folder, databaseFile);
  if (!existsSync(path)) throw new CountersignError("not_found", `There is no ${databaseFile} in ${folder}.`);
  const alone = !existsSync(`${path}-wal`);
  // Read before the database: what a running gateway has cosigned meanwhile would be of entries that aren't seen.
  const witnessed = keptNotes(folder);
  const db = openReadOnly(path, alone);
  // An immutable file takes no locks; if a gateway has started meanwhile, what was read may be a mixture.
  const refuseChanged = () => {
    if (alone && existsSync(`${path}-wal`)) throw changed(folder);
  };
  const unerased =
    (complete: Complete): Complete =>
    async (entry, digest) => {
      const whole = await complete(entry, digest);
      const isGone = whole.body === null && (whole.fileDigest ?? null) === null;
      if (isGone && isErasedNow(folder, entry.row)) throw changed(folder, "erased an entry");
      return whole;
    };
  return {
    form: "folder",
    header: () => Promise.resolve(readHeader(db)),
    rotations: () => Promise.resolve(readRotations(db)),
    entries: () => singly(readPages(db, unerased(withBody(folder)), refuseChanged)),
    pages: (files) =>
      readPages(db, unerased(files === "digests" ? withDigest(folder) : withBody(folder)), refuseChanged),
    checkpoints: () => withWitnessed(readCheckpoints(db), witnessed),
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

const noteRow = z.object({ note: z.string() });
const checkpointRow = z.object({ size: z.number(), note: z.string() });

/** Blobs as hex; what is neither blob nor NULL is given as a number, which no entry has. */
const entryQuery = `
  SELECT seq, leaf, iif(typeof(leaf_hash) = 'blob', lower(hex(leaf_hash)), 0),
    CASE typeof(salt) WHEN 'blob' THEN lower(hex(salt)) WHEN 'null' THEN NULL ELSE 0 END, body
  FROM ledger_entries ORDER BY seq`;

/** A page is this many entries, or fewer where they are this long together: what is read at once must not fill the memory. */
const pageOf = { entries: 64, characters: 1_000_000 };

async function* readPages(
  db: DatabaseSync,
  complete: Complete,
  refuseChanged: () => void,
): AsyncGenerator<readonly (SourceEntry | Unreadable)[]> {
  let page: (SourceEntry | Unreadable)[] = [];
  let characters = 0;
  for (const row of rowsOf(db, entryQuery, "arrays")) {
    const entry = row === damaged ? damaged : entryOf(row);
    page.push(entry.readable && entry.body === null && entry.salt !== null ? await withFile(entry, complete) : entry);
    characters += lengthOf(page.at(-1));
    if (page.length < pageOf.entries && characters < pageOf.characters) continue;
    yield page;
    page = [];
    characters = 0;
    // A gateway exports its own ledger beside its calls; it must not stand still meanwhile.
    await setImmediate();
  }
  yield page;
  refuseChanged();
}

function lengthOf(entry: SourceEntry | Unreadable | undefined): number {
  return entry?.readable === true ? (entry.body?.length ?? 0) : 0;
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

/** None where the ledger is of before keys could be rotated. What isn't text is no note, and is told as none that holds. */
function readRotations(db: DatabaseSync): readonly string[] {
  const [known] = rowsOf(db, "SELECT name FROM sqlite_schema WHERE name = 'ledger_keys'");
  if (known === undefined) return [];
  return [...rowsOf(db, `SELECT note FROM ledger_keys ORDER BY size LIMIT ${mostRotations + 1}`)].map(
    (row) => noteRow.safeParse(row).data?.note ?? "",
  );
}

const damaged: Unreadable = {
  readable: false,
  place: databaseFile,
  what: "SQLite can't read on: the file is damaged here",
};

/** The rows, each an object or an array of its columns, ended by `damaged` where SQLite finds the file corrupt. */
function* rowsOf(db: DatabaseSync, query: string, as: "objects" | "arrays" = "objects"): Generator {
  try {
    const rows = db.prepare(query);
    rows.setReturnArrays(as === "arrays");
    yield* rows.iterate();
  } catch {
    yield damaged;
  }
}

/** Looked at by hand: a schema would cost as much as all hashes of an entry. */
function entryOf(value: unknown): SourceEntry | Unreadable {
  const [row, leaf, leafHash, salt, body]: unknown[] = Array.isArray(value) ? value : [];
  if (
    typeof row === "number" &&
    typeof leaf === "string" &&
    typeof leafHash === "string" &&
    (salt === null || typeof salt === "string") &&
    (body === null || typeof body === "string")
  )
    return { readable: true, row, leaf, leafHash, salt, body };
  return { readable: false, place: "ledger_entries", what: "a row's columns are not those of an entry" };
}

/** Whether a running gateway has erased it since this reading began: its file is gone, while its row here is the older one. */
function isErasedNow(folder: string, seq: number | null): boolean {
  const path = resolve(folder, databaseFile);
  if (!existsSync(`${path}-wal`)) return false;
  const db = openReadOnly(path, false);
  try {
    return db.prepare("SELECT 1 FROM ledger_entries WHERE seq = ? AND salt IS NULL").get(seq) !== undefined;
  } finally {
    db.close();
  }
}

function changed(folder: string, did = "started"): CountersignError {
  return new CountersignError("store_failed", `A gateway ${did} in ${folder} while its ledger was read. Verify again.`);
}
