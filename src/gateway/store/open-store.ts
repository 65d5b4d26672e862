import { realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { isAbsolute, relative, sep } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { sweepBodies, writeBody } from "../audit/body-files.ts";
import { type Draft, type Head, LedgerTables, ledgerSchema, namedBodies, readHead } from "../audit/ledger.ts";
import { ledgerProofs } from "../audit/proofs.ts";
import { rotationsIn } from "../audit/stored-rotations.ts";
import type { GatewayKeys } from "../keys.ts";
import { CountersignError } from "../../shared/errors.ts";
import type { JsonObject } from "../../shared/json.ts";
import { jsonPieces, longText, outweighs } from "../../shared/json-pieces.ts";
import { erasureQuery } from "../audit/erased-ranges.ts";
import { formatVersion, openDatabase, prepareFolder, readFormat } from "./database.ts";
import { erasedApproval, eraser } from "./erasing.ts";
import { GroupCommit } from "./group-commit.ts";
import { lockFolder } from "./lock.ts";
import { type Settling, settling } from "./settling.ts";
import { unwritten } from "./room.ts";
import type { Store } from "./store.ts";
import { type StateTables, stateSchema, stateTables } from "./tables.ts";
import { openWriteAheadLog, type WriteAheadLog } from "./write-ahead-log.ts";
import type { LongBodies } from "./writes.ts";

export interface StoreOptions {
  /** The data folder; made where it isn't there. */
  readonly folder: string;
  readonly keys: GatewayKeys;
  /** The ledger's name: the gateway's `publicUrl` without its scheme. */
  readonly origin: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Opens the store over SQLite as its only owner, and records first that the last owner didn't stop cleanly, if so.
 * Throws CountersignError: `configuration` where folder, format or origin aren't this gateway's, `store_failed` where
 * the stored state is damaged.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  prepareFolder(options.folder);
  refuseKeysInside(options.folder, options.keys);
  const unlock = lockFolder(options.folder);
  let db: DatabaseSync | undefined;
  let wal: WriteAheadLog | undefined;
  try {
    db = openDatabase(options.folder);
    const log = { origin: options.origin, keys: options.keys };
    if (readFormat(db) === "new") create(db, log);
    const state = stateTables(db);
    const ledger = new LedgerTables(db, log);
    const stored = await readHead(db, log);
    const head = inTransaction(db, () => start(state, ledger, stored, options.now));
    // The log is there now that something was written.
    wal = openWriteAheadLog(options.folder);
    wal.sync();
    // After the commit that hands over to it: until then the old key is what the ledger is signed by.
    await options.keys.adopt();
    sweepBodies(options.folder, namedBodies(db));
    const longBodies: LongBodies = new WeakMap();
    const left = settling(db);
    const eraseEntries = eraser(db, options.folder);
    const erase = (entries: readonly number[]) => {
      left.begin();
      return eraseEntries(entries);
    };
    const ground = {
      folder: options.folder,
      db,
      wal,
      state: state.writes,
      ledger,
      longBodies,
      erase,
      head,
      now: options.now,
    };
    const group = new GroupCommit(ground);
    const prepare = async (body: JsonObject): Promise<void> => {
      if (outweighs(body, longText))
        longBodies.set(body, await writeBody(options.folder, jsonPieces(body, "canonical")));
    };
    return store({ db, wal, state, group, left, prepare, unlock });
  } catch (error) {
    wal?.close();
    db?.close();
    unlock();
    throw notOpened(options.folder, error);
  }
}

interface OpenParts {
  readonly db: DatabaseSync;
  readonly wal: WriteAheadLog;
  readonly state: StateTables;
  readonly group: GroupCommit;
  readonly left: Settling;
  readonly prepare: Store["prepare"];
  readonly unlock: () => void;
}

function store({ db, wal, state, group, left, prepare, unlock }: OpenParts): Store {
  const erasureOf = erasureQuery(db);
  const erasedEntry = erasedApproval(db);
  let closed: Promise<void> | undefined;
  const close = async () => {
    try {
      await group.commit((writes) => {
        writes.append("gateway.stopped", {});
        state.setRunning(false);
      });
    } finally {
      wal.close();
      db.close();
      unlock();
    }
  };
  return {
    ...state.reads,
    commit: (work, when) =>
      closed === undefined
        ? group.commit(work, when)
        : Promise.reject(new CountersignError("store_failed", "The gateway's store is closed.")),
    prepare,
    deleteBodies: async (files) => void (await Promise.all(files.map((file) => rm(file, { force: true })))),
    settle: () => left.settle(),
    isSettled: () => left.isSettled(),
    erasureOf,
    erasureOfApproval: (id) => {
      const entry = erasedEntry(id);
      return entry === undefined ? undefined : erasureOf(entry);
    },
    // A row that is only set to what it was makes SQLite write nothing.
    probe: () =>
      group.commit(() => {
        state.setRunning(false);
        state.setRunning(true);
      }),
    failing: () => group.failing,
    checkpoint: () => group.head.note,
    rotations: rotationsIn(db),
    proofs: ledgerProofs(db),
    close: () => (closed ??= close()),
  };
}

function notOpened(folder: string, error: unknown): CountersignError {
  const known = error instanceof CountersignError ? error : null;
  const fault = unwritten(
    folder,
    "The store in the data folder can't be opened.",
    known === null ? error : known.cause,
  );
  if (fault.code !== "disk_full") return known ?? fault;
  const message = "The data folder's disk is full: make room, then start the gateway again.";
  return new CountersignError("disk_full", message, { cause: error });
}

function create(db: DatabaseSync, log: ConstructorParameters<typeof LedgerTables>[1]): void {
  inTransaction(db, () => {
    db.exec(ledgerSchema);
    db.exec(stateSchema);
    new LedgerTables(db, log).begin();
    db.exec(`PRAGMA user_version = ${formatVersion}`);
  });
  // So that a copy of the main file alone is already a store, if an old one.
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
}

/** Sets the mark that only a clean stop clears. Found set, it is the trace of a crash, and the first thing to record. */
function start(state: StateTables, ledger: LedgerTables, head: Head, now: () => number): Head {
  const unclean: Draft = {
    atMs: Math.floor(now()),
    kind: "gateway.unclean_stop",
    body: `{"entries":${head.tree.size}}`,
  };
  const next = state.wasRunning() ? ledger.append(head, [unclean]) : head;
  state.setRunning(true);
  return ledger.rotate(next, unclean.atMs);
}

function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec("BEGIN IMMEDIATE");
  const value = work();
  db.exec("COMMIT");
  return value;
}

/** Whoever copies or steals the data folder must not get the keys with it (rule 6). */
function refuseKeysInside(folder: string, keys: GatewayKeys): void {
  const way = relative(realpathSync(folder), keys.folder);
  if (way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way)) return;
  throw new CountersignError(
    "configuration",
    `The keys folder ${keys.folder} lies inside the data folder. Keep the keys elsewhere.`,
  );
}
