import { chmodSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CountersignError } from "../shared/errors.ts";

/**
 * Makes this process the one owner of a profile directory until the answer is called, or throws `profile_in_use`.
 *
 * The lock is the kernel's (SQLite's exclusive file lock), so that it ends with the process however that ends. A
 * probe of the control socket alone can't do this: two processes that both find a dead socket would each replace it.
 */
export function ownProfile(directory: string): () => void {
  const path = join(directory, "owner.lock");
  const lock = new DatabaseSync(path);
  try {
    // By path: to open the file and close it again would end a lock that this process holds on it (fcntl(2)).
    chmodSync(path, 0o600);
    // No journal file: nothing is ever written.
    lock.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (cause) {
    lock.close();
    if (!(cause instanceof Error) || !("errcode" in cause) || cause.errcode !== SQLITE_BUSY) throw cause;
    const message = `Another Countersign process owns the profile ${directory}: use that one, or end it.`;
    throw new CountersignError("profile_in_use", message, { cause });
  }
  return () => lock.close();
}

/** https://www.sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;
