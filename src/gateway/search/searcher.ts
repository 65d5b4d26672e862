import { join, resolve } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import type { Activity, ActivityAsk } from "../../shared/audit-activity.ts";
import { mostTogether, type AuditEntry } from "../../shared/audit-entry.ts";
import type { AuditLine, AuditPage, AuditQuery } from "../../shared/audit-search.ts";
import type {
  SessionFormat,
  SessionPart,
  SessionsPage,
  SessionsQuery,
  SessionView,
} from "../../shared/audit-sessions.ts";
import { databaseFile, ownFile } from "../store/database.ts";
import { beginningOf } from "../audit/body-beginning.ts";
import { leafHash } from "../audit/merkle.ts";
import { exportFoot, exportHead, exportMoment } from "../sessions/session-export.ts";
import type { ExportPart, StoredBody, StoredMoment } from "../sessions/stored-moment.ts";
import { mostSearched } from "./entry-words.ts";
import { indexFile, removeIndex } from "./index-file.ts";
import { indexVersion, SearchIndex, type LedgerRow } from "./search-index.ts";
import { momentOf, StoredMoments } from "./stored-moments.ts";

/** An entry but for what the store alone knows of it. */
export type SearchedEntry = Omit<AuditEntry, "checkpoint" | "erasure">;

/** Entries, and characters of their bodies, that are taken in one transaction. */
const batch = { entries: 500, characters: 4_000_000 };

const ledgerRow = z.object({ seq: z.number(), leaf: z.string(), body: z.string().nullable(), salted: z.number() });

/** The ledger of a data folder with its index: follows the one and searches in the other. Blocks its thread; `search-worker.ts` has one of its own. */
export class Searcher {
  readonly #folder: string;
  readonly #ledger: DatabaseSync;
  readonly #db: DatabaseSync;
  readonly #index: SearchIndex;
  readonly #after: StatementSync;
  readonly #length: StatementSync;
  readonly #erased: StatementSync;
  readonly #stored: StoredMoments;

  /** The folder's gateway has its store open. Throws what SQLite throws. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#ledger = new DatabaseSync(pathToFileURL(resolve(folder, databaseFile)), { readOnly: true, timeout: 5000 });
    this.#ledger.exec("PRAGMA trusted_schema=OFF");
    this.#after = this.#ledger.prepare(afterQuery);
    this.#length = this.#ledger.prepare("SELECT coalesce(max(seq) + 1, 0) AS entries FROM ledger_entries");
    this.#erased = this.#ledger.prepare("SELECT 1 FROM ledger_entries WHERE seq = ? AND body IS NULL AND salt IS NULL");
    this.#stored = new StoredMoments(this.#ledger, folder);
    this.#db = openIndex(folder, this.#ledger);
    this.#index = new SearchIndex(this.#db);
  }

  /** Takes further entries into the index until all are there or the time is over; answers whether all are. */
  follow(mostMs: number): boolean {
    const untilMs = performance.now() + mostMs;
    for (;;) {
      if (this.#index.taken().size >= this.#entries()) return true;
      if (performance.now() > untilMs) return false;
      this.#index.put(this.#next());
    }
  }

  find(query: AuditQuery, before: number, most: number): AuditPage {
    const found = this.#index.find(query, before, most);
    return {
      ...found,
      lines: found.lines.map((line) => this.#marked(line)),
      indexed: this.#index.taken().size,
      entries: this.#entries(),
    };
  }

  /** The entry of this number whole, but for the checkpoint; null where there is none, or it is not taken yet. */
  one(seq: number): SearchedEntry | null {
    const known = this.#index.one(seq, mostTogether);
    if (known === null) return null;
    const { line, ...beside } = known;
    const stored = this.#stored.of(line);
    const { leaf } = stored;
    return { ...momentOf(stored), ...beside, leaf, leafHash: leafHash(leaf).toString("base64") };
  }

  activity(asked: ActivityAsk): Activity {
    return { ...this.#index.activity.read(asked), indexed: this.#index.taken().size, entries: this.#entries() };
  }

  sessions(query: SessionsQuery, before: number, most: number): SessionsPage {
    const { sessions, next } = this.#index.sessions.find(query, this.#index.principals(query), before, most);
    return { sessions: [...sessions], next, indexed: this.#index.taken().size, entries: this.#entries() };
  }

  /** Entries of the session after this one, `most` at most and as many as fit into an answer; null where there is no such session. */
  session(id: string, after: number, most: number): SessionPart | null {
    const session = this.#index.sessions.get(id);
    if (session === undefined) return null;
    const { moments, next } = this.#moments(session, after, most);
    const names = this.#index.names(moments.map(({ line }) => line));
    return { session, moments: moments.map(momentOf), next, names };
  }

  /** The part of a session's export that stands after this entry, the beginning for -1. */
  exported(id: string, format: SessionFormat, after: number): ExportPart {
    const session = this.#index.sessions.get(id);
    const indexed = this.#index.taken().size;
    if (session === undefined) return { found: null, indexed };
    const { moments, next } = this.#moments(session, after, mostExported);
    const pieces = moments.flatMap((moment) => exportMoment(format, moment, session));
    if (after === -1) pieces.unshift(exportHead(format, this.#origin(), session));
    if (next === null) pieces.push(exportFoot(format));
    return { found: { pieces, next }, indexed };
  }

  /** The body of this entry; null where there is no such entry. */
  body(entry: number): StoredBody | null {
    return this.#stored.body(entry) ?? null;
  }

  #moments(
    session: SessionView,
    after: number,
    most: number,
  ): { readonly moments: StoredMoment[]; readonly next: number | null } {
    const moments: StoredMoment[] = [];
    let left = mostCharacters;
    const lines = this.#index.lines(this.#index.sessions.entries(session, after, most + 1));
    const names = this.#index.names(lines);
    for (const line of lines.slice(0, most)) {
      const moment = { ...this.#stored.of(line), names };
      left -= moment.body.at === "erased" ? 0 : moment.body.text.length;
      if (left < 0 && moments.length > 0) break;
      moments.push(moment);
    }
    return { moments, next: moments.length < lines.length ? (moments.at(-1)?.line.entry ?? null) : null };
  }

  #marked(line: AuditLine): AuditLine {
    return this.#erased.get(line.entry) === undefined ? line : { ...line, erased: true };
  }

  /** As the newest checkpoint names it. */
  #origin(): string {
    const row = this.#ledger.prepare("SELECT note FROM ledger_checkpoints ORDER BY size DESC LIMIT 1").get();
    return z.object({ note: z.string() }).parse(row).note.split("\n", 1)[0] ?? "";
  }

  close(): void {
    this.#ledger.close();
    this.#db.close();
  }

  #entries(): number {
    return z.object({ entries: z.number() }).parse(this.#length.get()).entries;
  }

  #next(): readonly LedgerRow[] {
    const rows: LedgerRow[] = [];
    let characters = 0;
    for (const row of this.#after.iterate(this.#index.taken().size)) {
      const { salted, ...entry } = ledgerRow.parse(row);
      const isFile = entry.body === null && salted === 1;
      // What a long request says of who asks stands behind what was asked.
      const isPart = isFile && kindIn(entry.leaf) === "call.response";
      const body = isFile ? beginningOf(this.#folder, entry.leaf, isPart ? mostSearched : mostRequest) : entry.body;
      rows.push({ ...entry, body, isPart });
      characters += body?.length ?? 0;
      if (rows.length >= batch.entries || characters >= batch.characters) break;
    }
    return rows;
  }
}

/** Of an erased entry it is still known which call and approval it belonged to (store/erasing.ts). */
const afterQuery = `
  SELECT seq, leaf, salt IS NOT NULL AS salted, CASE WHEN body IS NULL AND salt IS NULL
    THEN (SELECT json_object('call', call, 'approval', approval) FROM erased_links WHERE entry = seq) ELSE body END AS body
  FROM ledger_entries WHERE seq >= ? ORDER BY seq`;

/** So many characters of bodies go into one answer. */
const mostCharacters = 2_000_000;
const mostExported = 500;
/** A request's body is read whole up to here, and is part of no session where it is longer; bytes. */
const mostRequest = 67_108_864;

function kindIn(leaf: string): unknown {
  return z.object({ kind: z.unknown() }).parse(JSON.parse(leaf)).kind;
}

/** An index of another version or ledger, or that can't be read, is made anew. */
function openIndex(folder: string, ledger: DatabaseSync): DatabaseSync {
  const path = join(folder, indexFile);
  const db = opened(path);
  if (db !== null && fits(db, ledger)) return db;
  db?.close();
  removeIndex(folder);
  const fresh = opened(path);
  if (fresh === null) throw new Error(`${path} can't be opened as a database`);
  return fresh;
}

function opened(path: string): DatabaseSync | null {
  ownFile(path);
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { timeout: 1000 });
    // What is erased in the ledger must not stay in the index's free pages.
    db.exec("PRAGMA trusted_schema=OFF; PRAGMA secure_delete=ON; PRAGMA synchronous=NORMAL; PRAGMA journal_mode=WAL");
    return db;
  } catch {
    db?.close();
    return null;
  }
}

function fits(db: DatabaseSync, ledger: DatabaseSync): boolean {
  try {
    const { user_version: version } = versionRow.parse(db.prepare("PRAGMA user_version").get());
    if (version !== indexVersion) return version === 0;
    const index = new SearchIndex(db);
    const { size, leaf } = index.taken();
    // Throws where something of it is missing.
    index.find({ text: "any" }, 1, 1);
    const known = ledger.prepare("SELECT leaf FROM ledger_entries WHERE seq = ?").get(size - 1);
    return size === 0 || z.object({ leaf: z.string() }).safeParse(known).data?.leaf === leaf;
  } catch {
    return false;
  }
}

const versionRow = z.object({ user_version: z.number() });
