import type { DatabaseSync } from "node:sqlite";
import type { Draft, Head, LedgerTables } from "../audit/ledger.ts";
import { CountersignError } from "../../shared/errors.ts";
import type { Erased } from "./erasing.ts";
import { unwritten } from "./room.ts";
import type { Writes } from "./store.ts";
import type { StateWrites } from "./tables.ts";
import type { WriteAheadLog } from "./write-ahead-log.ts";
import { openWrites, storeFault, type LongBodies } from "./writes.ts";

/** What a group commit works on. `head` is the ledger's head as it stands in the database. */
export interface Ground {
  /** The data folder. */
  readonly folder: string;
  readonly db: DatabaseSync;
  readonly wal: WriteAheadLog;
  readonly state: StateWrites;
  readonly ledger: LedgerTables;
  readonly longBodies: LongBodies;
  readonly erase: (entries: readonly number[]) => Erased;
  readonly head: Head;
  readonly now: () => number;
}

interface Work {
  /** Runs the work and returns what tells its caller, once all is durable. */
  readonly run: (writes: Writes) => () => void;
  readonly reject: (error: unknown) => void;
}

/** How long a write that may overlap with what it records waits for one to share its fsync with, in milliseconds. */
const soonMs = 2;

/**
 * Joins all works that are queued in one turn of the event loop into one transaction, so that they share one fsync.
 * The head in memory moves only after the transaction is durable.
 */
export class GroupCommit {
  readonly #ground: Ground;
  #head: Head;
  #queue: Work[] = [];
  /** Set while all that is queued may wait for company. */
  #soon: NodeJS.Timeout | undefined;
  #flushing = false;
  #failing = false;
  /** Set once the disk failed to keep what was committed. */
  #lost: { readonly error: unknown } | null = null;

  constructor(ground: Ground) {
    this.#ground = ground;
    this.#head = ground.head;
  }

  get head(): Head {
    return this.#head;
  }

  /** Whether the last write failed. */
  get failing(): boolean {
    return this.#failing;
  }

  /** `Store.commit`. */
  commit<T>(work: (writes: Writes) => T, when: "now" | "soon" = "now"): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = (writes: Writes) => {
        const value = work(writes);
        // What an asynchronous work wrote after its first pause would be outside the transaction.
        if (value instanceof Promise) throw new TypeError("A commit's work is synchronous.");
        return () => {
          resolve(value);
        };
      };
      this.#queue.push({ run, reject });
      if (when === "now") this.#flushNext();
      else this.#soon ??= setTimeout(() => this.#flushNext(), soonMs);
    });
  }

  #flushNext(): void {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    this.#flushing = false;
    const group = this.#queue;
    this.#queue = [];
    const { db, ledger } = this.#ground;
    const settle: (() => void)[] = [];
    try {
      if (this.#lost !== null) throw this.#lost.error;
      db.exec("BEGIN IMMEDIATE");
      const drafts: Draft[] = [];
      for (const work of group) settle.push(this.#runAlone(work, drafts));
      const head = ledger.append(this.#head, drafts);
      db.exec("COMMIT");
      this.#sync();
      // What wrote nothing is no sign that anything can be written.
      if (head !== this.#head) this.#failing = false;
      this.#head = head;
    } catch (cause) {
      this.#rollBack();
      this.#failing = true;
      const fault = this.#faultOf(cause);
      for (const work of group) work.reject(fault);
      return;
    }
    for (const tell of settle) tell();
  }

  #faultOf(cause: unknown): CountersignError {
    const what = "The gateway's store can't be written to.";
    // Room alone does not mend that.
    if (this.#lost !== null) return new CountersignError("store_failed", what, { cause });
    return unwritten(this.#ground.folder, what, cause);
  }

  /**
   * What was committed and may not be on the disk can't be taken back, and a second sync would say nothing of it: nothing is written any
   * more, until a new start has looked at what is there.
   */
  #sync(): void {
    try {
      this.#ground.wal.sync();
    } catch (error) {
      this.#lost = { error };
      throw error;
    }
  }

  /** Runs one work in its savepoint: its own failure undoes it alone, the store's failure ends the group by throwing. */
  #runAlone(work: Work, drafts: Draft[]): () => void {
    const { db, state, longBodies, now, erase } = this.#ground;
    let saved = false;
    const beforeState = (): void => {
      // Entries touch no table before the group's end, so most works have nothing to undo.
      if (!saved) db.exec("SAVEPOINT work");
      saved = true;
    };
    const writes = openWrites(state, longBodies, now, beforeState, erase);
    try {
      const tell = work.run(writes.face);
      const fault = writes.fault();
      if (fault !== undefined) throw fault;
      if (saved) db.exec("RELEASE work");
      for (const draft of writes.drafts) drafts.push(draft);
      return tell;
    } catch (error) {
      const fault = writes.fault() ?? storeFault(error);
      if (fault !== undefined) throw fault;
      if (saved) db.exec("ROLLBACK TO work; RELEASE work");
      return () => {
        work.reject(error);
      };
    } finally {
      writes.end();
    }
  }

  #rollBack(): void {
    // SQLite ends the transaction by itself after some failures (full disk, I/O).
    if (!this.#ground.db.isTransaction) return;
    try {
      this.#ground.db.exec("ROLLBACK");
    } catch {
      // Then BEGIN fails in every later group, which refuses them all: nothing is forwarded on a broken store.
    }
  }
}
