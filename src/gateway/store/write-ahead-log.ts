import { closeSync, fdatasyncSync, openSync } from "node:fs";
import { join } from "node:path";
import { databaseFile } from "./database.ts";

/** SQLite's write-ahead log, as far as durability goes. */
export interface WriteAheadLog {
  /** Returns once all that was committed is on the disk. Throws where that can't be had. */
  sync(): void;
  close(): void;
}

/**
 * Opens the log of an open database, which keeps the one file as long as it is open. SQLite's own sync at each commit (`synchronous=FULL`) is an
 * fsync; the log mostly writes over itself, where fdatasync costs about half. Its syncs at checkpoints and at the log's new beginnings remain.
 */
export function openWriteAheadLog(folder: string): WriteAheadLog {
  const file = openSync(join(folder, `${databaseFile}-wal`), "r+");
  return { sync: () => fdatasyncSync(file), close: () => closeSync(file) };
}
