/**
 * Loaded into a gateway's process before the gateway (`node --import`): ends it as `kill -9` does, exactly before or after the commit
 * that KILL_AT names, `before STATE` or `after STATE`: the commit that brings an approval to that state, notes an answer as `delivered`, adds
 * a first decision of several (`begun`), makes a grant (`granted`) or counts its first use (`used`).
 * It works from below, at SQLite's door, so that the gateway itself holds nothing for the sake of its tests.
 */
import { DatabaseSync } from "node:sqlite";

const [moment, state] = (process.env.KILL_AT ?? "").split(" ");
// The prototype's own method, called with its database as `this` below.
// eslint-disable-next-line typescript/unbound-method
const exec = DatabaseSync.prototype.exec;

DatabaseSync.prototype.exec = function execOrDie(this: DatabaseSync, sql: string): void {
  const here = sql === "COMMIT" && reaches(this);
  if (here && moment === "before") die();
  exec.call(this, sql);
  if (here && moment === "after") die();
};

function reaches(db: DatabaseSync): boolean {
  // The store makes this table after its first commit.
  const tables = db.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name IN ('answers', 'approvals')").get();
  if (tables?.n !== 2) return false;
  if (state === "delivered") return db.prepare("SELECT 1 FROM answers WHERE delivered = 1").get() !== undefined;
  if (state === "granted") return hasGrants(db) && db.prepare("SELECT 1 FROM grants").get() !== undefined;
  if (state === "used") return hasGrants(db) && db.prepare(used).get() !== undefined;
  if (state === "begun") return db.prepare(begun).get() !== undefined;
  return db.prepare("SELECT 1 FROM approvals WHERE state = ?").get(state ?? "") !== undefined;
}

const begun = "SELECT 1 FROM approvals WHERE state = 'pending' AND json_array_length(record, '$.decisions') > 0";

const used = "SELECT 1 FROM grants WHERE json_extract(record, '$.uses') > 0";

function hasGrants(db: DatabaseSync): boolean {
  return db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'grants'").get() !== undefined;
}

function die(): never {
  process.kill(process.pid, "SIGKILL");
  // The signal ends the process before the next line of it runs; should it not, the thread stands still.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  throw new Error("unreachable");
}
