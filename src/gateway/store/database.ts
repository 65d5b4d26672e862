import { chmodSync, closeSync, constants, fchmodSync, fstatSync, mkdirSync, openSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { CountersignError } from "../../shared/errors.ts";

/** The store's one file within the data folder; SQLite keeps its `-wal` and `-shm` beside it. */
export const databaseFile = "gateway.sqlite";

/** `PRAGMA user_version` of this format. */
export const formatVersion = 1;

/** Makes the data folder, or makes it the gateway's own: 0700. */
export function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if ((statSync(folder).mode & 0o077) !== 0) chmodSync(folder, 0o700);
  } catch (cause) {
    throw new CountersignError(
      "configuration",
      `The data folder ${folder} can't be made the gateway's own (mode 700).`,
      {
        cause,
      },
    );
  }
}

/** Creates the file with mode 0600 before SQLite sees it (which gives `-wal` and `-shm` the same), or makes it so. */
export function ownFile(path: string): void {
  const flags = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);
  try {
    const file = openSync(path, flags, 0o600);
    try {
      if (!fstatSync(file).isFile()) throw new TypeError("not a regular file");
      fchmodSync(file, 0o600);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw new CountersignError("configuration", `${path} can't be opened as the gateway's own file.`, { cause });
  }
}

/**
 * Opens the store's database for its one owner. A commit is on the disk once its write-ahead log was synced
 * (write-ahead-log.ts), deleted content is overwritten. Throws CountersignError `store_failed` where the file is no database.
 */
export function openDatabase(folder: string): DatabaseSync {
  const path = join(folder, databaseFile);
  ownFile(path);
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { enableForeignKeyConstraints: true, timeout: 1000 });
    db.enableDefensive(true);
    db.exec("PRAGMA trusted_schema=OFF; PRAGMA secure_delete=ON; PRAGMA synchronous=NORMAL; PRAGMA journal_mode=WAL");
    return db;
  } catch (cause) {
    db?.close();
    throw new CountersignError("store_failed", `${path} can't be opened as a database.`, { cause });
  }
}

/** Whether the file is new, or of this format. Throws CountersignError `configuration` for anything else. */
export function readFormat(db: DatabaseSync): "new" | "current" {
  const version = z.object({ user_version: z.number() }).parse(db.prepare("PRAGMA user_version").get()).user_version;
  if (version === formatVersion) return "current";
  const tables = z.object({ count: z.number() }).parse(db.prepare("SELECT count(*) AS count FROM sqlite_schema").get());
  if (version === 0 && tables.count === 0) return "new";
  throw new CountersignError(
    "configuration",
    version > formatVersion
      ? `The data folder has format ${version}; this gateway knows formats up to ${formatVersion}. Start the newer gateway that wrote it.`
      : `${databaseFile} in the data folder is not a gateway's store.`,
  );
}
