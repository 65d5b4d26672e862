import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { z } from "zod";
import { activity, type Activity, type ActivityAsk } from "../../shared/audit-activity.ts";
import { auditEntry } from "../../shared/audit-entry.ts";
import { auditPage, type AuditPage, type AuditQuery } from "../../shared/audit-search.ts";
import {
  sessionPart,
  sessionsPage,
  type SessionFormat,
  type SessionPart,
  type SessionsPage,
  type SessionsQuery,
} from "../../shared/audit-sessions.ts";
import { CountersignError } from "../../shared/errors.ts";
import { removeIndex } from "./index-file.ts";
import type { SearchedEntry } from "./searcher.ts";
import { exportPart, storedBody, type ExportPart, type StoredBody } from "../sessions/stored-moment.ts";
import type { Ask } from "./search-worker.ts";

/** So long a search takes entries into the index before it answers with what is there; so long a quiet second does. Milliseconds. */
const mostMs = { find: 1500, follow: 200 };
/** The part of its time that a gateway with nothing better to do has been busy. */
const quietBelow = 0.5;

const searchedEntry = auditEntry.omit({ checkpoint: true, erasure: true });
const answer = z.union([
  z.object({ id: z.number(), error: z.string() }),
  // Each is parsed by who asked for it.
  z.object({ id: z.number(), value: z.unknown() }),
]);

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: CountersignError) => void;
}

/** What is asked, without the number that its answer is known by. */
type Asked<T> = T extends Ask ? Omit<T, "id"> : never;

/**
 * The search in a ledger, in a thread of its own, which the first one starts: nothing of it is on a call's way, and a gateway that nobody searches
 * pays nothing.
 */
export class LedgerSearch {
  readonly #folder: string;
  #worker: Worker | null = null;
  #asked = 0;
  readonly #waiting = new Map<number, Waiting>();
  #since = performance.eventLoopUtilization();

  /** `folder`: the data folder of a gateway whose store is open. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Entries that fit, the newest before this number first. Throws CountersignError `store_failed`. */
  async find(query: AuditQuery, before: number, most: number): Promise<AuditPage> {
    return auditPage.parse(await this.#ask({ does: "find", mostMs: mostMs.find, query, before, most }));
  }

  /** Sessions that fit, those that began last before this entry first. Throws CountersignError `store_failed`. */
  async sessions(query: SessionsQuery, before: number, most: number): Promise<SessionsPage> {
    return sessionsPage.parse(await this.#ask({ does: "sessions", mostMs: mostMs.find, query, before, most }));
  }

  /** A session's entries after this one; null where there is no such session. Throws CountersignError `store_failed`. */
  async session(id: string, after: number, most: number): Promise<SessionPart | null> {
    const part = await this.#ask({ does: "session", mostMs: mostMs.find, session: id, after, most });
    return sessionPart.nullable().parse(part);
  }

  /** The part of a session's export after this entry, its beginning for -1. Throws CountersignError `store_failed`. */
  async exported(id: string, format: SessionFormat, after: number): Promise<ExportPart> {
    const part = await this.#ask({ does: "export", mostMs: mostMs.find, session: id, format, after });
    return exportPart.parse(part);
  }

  /** The body of this entry; null where there is no such entry. Throws CountersignError `store_failed`. */
  async body(entry: number): Promise<StoredBody | null> {
    return storedBody.nullable().parse(await this.#ask({ does: "body", mostMs: mostMs.follow, entry }));
  }

  /** What went on. Throws CountersignError `store_failed`. */
  async activity(asked: ActivityAsk): Promise<Activity> {
    return activity.parse(await this.#ask({ does: "activity", mostMs: mostMs.find, asked }));
  }

  /** The entry of this number; null where there is none, or it is not taken into the index yet. Throws CountersignError `store_failed`. */
  async one(seq: number): Promise<SearchedEntry | null> {
    return searchedEntry.nullable().parse(await this.#ask({ does: "one", mostMs: mostMs.find, seq }));
  }

  /** The index is made anew from the ledger: what was erased there is in none of its pages. Throws CountersignError `store_failed`. */
  async forget(): Promise<void> {
    if (this.#worker === null) removeIndex(this.#folder);
    else await this.#ask({ does: "renew", mostMs: 0 });
  }

  /** Once a second: takes what is new into the index, where there is one at work and the gateway has time. */
  follow(): void {
    const { utilization } = performance.eventLoopUtilization(this.#since);
    this.#since = performance.eventLoopUtilization();
    if (this.#worker === null || this.#waiting.size > 0 || utilization > quietBelow) return;
    // The next search takes it in, or says what is wrong.
    this.#ask({ does: "follow", mostMs: mostMs.follow }).catch(() => undefined);
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
    this.#fail("The gateway is stopping.");
  }

  async #ask(asked: Asked<Ask>): Promise<unknown> {
    this.#worker ??= this.#start();
    const id = (this.#asked += 1);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(id, { resolve, reject });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#worker.postMessage({ ...asked, id });
    return await promise;
  }

  #start(): Worker {
    const program = new URL(`./search-worker${extname(import.meta.filename)}`, import.meta.url);
    const worker = new Worker(program, { workerData: { folder: this.#folder } });
    worker.on("message", (message: unknown) => {
      const said = answer.parse(message);
      const waiting = this.#waiting.get(said.id);
      this.#waiting.delete(said.id);
      if ("error" in said) waiting?.reject(failed(said.error));
      else waiting?.resolve(said.value);
    });
    worker.once("error", (error) => {
      if (this.#worker === worker) this.#worker = null;
      this.#fail(error instanceof Error ? error.message : String(error));
    });
    return worker;
  }

  #fail(why: string): void {
    for (const { reject } of this.#waiting.values()) reject(failed(why));
    this.#waiting.clear();
  }
}

function failed(why: string): CountersignError {
  return new CountersignError("store_failed", "The ledger can't be searched now.", { cause: new Error(why) });
}
