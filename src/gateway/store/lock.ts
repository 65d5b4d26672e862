import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CountersignError } from "../../shared/errors.ts";
import { ownFile } from "./database.ts";

/**
 * Takes the data folder for this process and returns what gives it back. The lock is SQLite's own exclusive lock on an
 * empty file: the kernel drops it with the process, however that ends, so there is no stale lock to judge.
 * Throws CountersignError `configuration` where another gateway has the folder.
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, "gateway.lock");
  ownFile(path);
  const lock = new DatabaseSync(path, { timeout: 0 });
  try {
    lock.exec("PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE");
  } catch (cause) {
    lock.close();
    throw new CountersignError(
      "configuration",
      `The data folder ${folder} is in use by another gateway. Stop that one, or give this one its own data folder.`,
      { cause },
    );
  }
  return () => {
    lock.close();
  };
}
