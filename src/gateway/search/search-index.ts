import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { z } from "zod";
import {
  entryFacts,
  type AuditLine,
  type AuditPage,
  type AuditQuery,
  type EntryFacts,
} from "../../shared/audit-search.ts";
import type { JsonObject } from "../../shared/json.ts";
import { bodyIn } from "../audit/body-text.ts";
import { seenPrincipal } from "../../shared/ledger.ts";
import { membersIn } from "../audit/body-beginning.ts";
import { KnownCalls } from "../audit/known-calls.ts";
import { countedIn, figuresOf } from "./activity-figures.ts";
import { ActivityIndex, activitySchema } from "./activity-index.ts";
import { wordsIn, wordsOf } from "./entry-words.ts";
import { factWords, matchOf, placeWord } from "./match.ts";
import { SessionIndex } from "./session-index.ts";
import { sessionSchema } from "./session-tables.ts";

/** An entry as the ledger stores it; nothing of it is checked here. */
export interface LedgerRow {
  readonly seq: number;
  readonly leaf: string;
  readonly body: string | null;
  /** The body is long, and only its beginning. */
  readonly isPart?: boolean;
}

/** Names of principals by their ids, of those that were seen. */
export type Names = AuditPage["names"];

/** Entries found, newest first, and where to go on; null at the end. */
export interface Found {
  readonly lines: AuditLine[];
  readonly names: Names;
  readonly next: number | null;
}

/** `PRAGMA user_version` of the index; another one's is made anew. */
export const indexVersion = 3;

const schema = `
  CREATE TABLE entries (seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, kind TEXT NOT NULL, facts TEXT NOT NULL) STRICT;
  CREATE TABLE principals (id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE taken (size INTEGER NOT NULL, leaf TEXT NOT NULL) STRICT;
  INSERT INTO taken VALUES (0, '');
  CREATE TABLE hours (hour INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;
  CREATE VIRTUAL TABLE words USING fts5(
    facts, body, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 2"
  );
  INSERT INTO words (words, rank) VALUES ('secure-delete', 1);
  ${sessionSchema}
  ${activitySchema}
  PRAGMA user_version = ${indexVersion};
`;

/** So many entries are looked at for one page: a page may be short, or empty, and still have a next. */
const mostLooks = 20_000;
const mostPrincipals = 500;
const hourMs = 3_600_000;

/** What the ledger can be searched by: made from it alone, and made anew where it is not there. No proof rests on it. */
export class SearchIndex {
  readonly #db: DatabaseSync;
  readonly #calls = new KnownCalls((of, id) => this.#before(of, id));
  /** Which entries make which MCP client's session. */
  readonly sessions: SessionIndex;
  /** How much of what happened, by the hour. */
  readonly activity: ActivityIndex;

  /** A new file gets its tables here. */
  constructor(db: DatabaseSync) {
    this.#db = db;
    const { user_version: version } = versionRow.parse(db.prepare("PRAGMA user_version").get());
    if (version === 0) db.exec(`BEGIN; ${schema} COMMIT`);
    this.activity = new ActivityIndex(db);
    this.sessions = new SessionIndex(db, (approval) => this.#about(approval));
  }

  /** How many entries were taken, and the last one's leaf, by which another ledger is told from this one. */
  taken(): z.infer<typeof takenRow> {
    return takenRow.parse(this.#db.prepare("SELECT size, leaf FROM taken").get());
  }

  /** Takes entries in the ledger's order, all or none of them. */
  put(rows: readonly LedgerRow[]): void {
    const insert = this.#db.prepare("INSERT INTO entries (seq, at_ms, kind, facts) VALUES (?, ?, ?, ?)");
    const words = this.#db.prepare("INSERT INTO words (rowid, facts, body) VALUES (?, ?, ?)");
    const hour = this.#db.prepare(
      "INSERT INTO hours VALUES (?, ?, ?) ON CONFLICT (hour) DO UPDATE SET last = excluded.last",
    );
    this.#db.exec("BEGIN");
    try {
      for (const { seq, leaf, body, isPart = false } of rows) {
        const { atMs, kind } = leafRow.parse(JSON.parse(leaf));
        const parsed = isPart ? membersIn(body ?? "") : bodyOf(body);
        const facts = this.#factsOf(kind, parsed);
        insert.run(seq, atMs, kind, JSON.stringify(facts));
        hour.run(Math.floor(atMs / hourMs), seq, seq);
        this.sessions.take({ entry: seq, atMs, kind, facts, body: parsed });
        const figures = figuresOf(kind, facts, parsed);
        this.activity.take(atMs, facts, figures);
        words.run(seq, factWords(kind, facts, countedIn(figures)), isPart ? wordsIn(body ?? "") : wordsOf(parsed));
      }
      this.activity.put();
      const last = rows.at(-1);
      if (last !== undefined) this.#db.prepare("UPDATE taken SET size = ?, leaf = ?").run(last.seq + 1, last.leaf);
      this.#db.exec("COMMIT");
    } catch (error) {
      this.#db.exec("ROLLBACK");
      this.#calls.forget();
      this.sessions.forget();
      this.activity.forget();
      throw error;
    }
  }

  /** What is known of entries by their numbers: those that are there. */
  lines(entries: readonly number[]): readonly AuditLine[] {
    const select = this.#db.prepare("SELECT * FROM entries WHERE seq = ?");
    return entries.flatMap((entry) => select.all(entry).map(lineOf));
  }

  /** The newest entries before this one that fit. */
  find(query: AuditQuery, before: number, most: number): Found {
    const principals = this.principals(query);
    if (principals?.length === 0) return { lines: [], next: null, names: {} };
    const { fromMs = 0, toMs = Number.MAX_SAFE_INTEGER } = query;
    const range = this.#range(fromMs, toMs);
    const rows = this.#candidates(matchOf(query, principals), range.first, Math.min(before, range.last + 1));
    const lines: AuditLine[] = [];
    let looks = 0;
    for (const row of rows) {
      looks += 1;
      const atMs = Number(row["at_ms"]);
      // Only what is shown is read whole: there may be thousands beside it.
      if (atMs >= fromMs && atMs < toMs) lines.push(lineOf(row));
      if (lines.length === most || looks === mostLooks)
        return { lines, next: Number(row["seq"]), names: this.names(lines) };
    }
    return { lines, next: null, names: this.names(lines) };
  }

  /** The entry of this number, with all of its call and approval, oldest first; null where it was not taken. */
  one(
    seq: number,
    most: number,
  ): { readonly line: AuditLine; readonly together: AuditLine[]; readonly names: Names } | null {
    const row = this.#db.prepare("SELECT * FROM entries WHERE seq = ?").get(seq);
    if (row === undefined) return null;
    const line = lineOf(row);
    const { call, approval } = line.facts;
    const words = [
      call === null ? [] : placeWord("call", call),
      approval === null ? [] : placeWord("approval", approval),
    ];
    const match = words.flat().join(" OR ");
    const together =
      match === "" ? [line] : [...this.#candidates(match, 0, Number.MAX_SAFE_INTEGER)].slice(0, most).map(lineOf);
    return { line, together: together.toReversed(), names: this.names(together) };
  }

  /** Names of the principals in these lines, by id, as far as they are known. */
  names(lines: readonly AuditLine[]): Names {
    const nameOf = this.#db.prepare("SELECT name FROM principals WHERE id = ?");
    const ids = new Set(lines.flatMap(({ facts: { principal, by } }) => [principal, by]).filter((id) => id !== null));
    return Object.fromEntries(
      [...ids].flatMap((id) => {
        const known = nameRow.optional().parse(nameOf.get(id));
        return known === undefined ? [] : [[id, known.name]];
      }),
    );
  }

  #candidates(match: string | null, first: number, before: number): Iterable<Readonly<Record<string, SQLOutputValue>>> {
    if (match === null)
      return this.#db
        .prepare("SELECT * FROM entries WHERE seq >= ? AND seq < ? ORDER BY seq DESC")
        .iterate(first, before);
    return this.#db
      .prepare(
        `SELECT entries.* FROM words CROSS JOIN entries ON entries.seq = words.rowid
         WHERE words MATCH ? AND words.rowid >= ? AND words.rowid < ? ORDER BY words.rowid DESC`,
      )
      .iterate(match, first, before);
  }

  /** The ids that are meant, null where nobody is asked for. */
  principals({ person, service }: Pick<AuditQuery, "person" | "service">): readonly string[] | null {
    const asked = [
      ...(person === undefined ? [] : [{ who: person, kind: "user" }]),
      ...(service === undefined ? [] : [{ who: service, kind: "service" }]),
    ];
    if (asked.length === 0) return null;
    const of = this.#db.prepare(
      "SELECT id FROM principals WHERE kind = ?1 AND (id = ?2 OR instr(lower(name), lower(?2)) > 0) LIMIT ?3",
    );
    const kindOf = this.#db.prepare("SELECT kind AS id FROM principals WHERE id = ?");
    return asked.flatMap(({ who, kind }) => {
      const isOther = (idRow.optional().parse(kindOf.get(who))?.id ?? kind) !== kind;
      const named = of.all(kind, who, mostPrincipals).map((row) => idRow.parse(row).id);
      // Of one who only decides the id alone may be known.
      return isOther ? named : [who, ...named];
    });
  }

  /** The entries of these hours, and others between them: clocks are set back at times. */
  #range(fromMs: number, toMs: number): { readonly first: number; readonly last: number } {
    const row = this.#db
      .prepare(
        "SELECT coalesce(min(first), 0) AS first, coalesce(max(last), -1) AS last FROM hours WHERE hour >= ? AND hour <= ?",
      )
      .get(Math.floor(fromMs / hourMs), Math.floor(toMs / hourMs));
    return z.object({ first: z.number(), last: z.number() }).parse(row);
  }

  #factsOf(kind: string, body: JsonObject): EntryFacts {
    const seen = seenPrincipal.safeParse(body);
    if (kind === "principal.seen" && seen.success) this.#know(seen.data);
    // Who decides has a device, and may never call.
    const { principal: id, principalName: name } = body;
    if (kind === "device.enrolled" && typeof id === "string" && typeof name === "string")
      this.#know({ id, name, kind: "user" });
    return this.#calls.take(kind, body);
  }

  #know({ id, name, kind }: Pick<z.infer<typeof seenPrincipal>, "id" | "name" | "kind">): void {
    this.#db
      .prepare("INSERT INTO principals VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name")
      .run(id, name, kind);
  }

  #about(approval: string): readonly number[] {
    return this.#db
      .prepare(
        `SELECT entries.seq FROM words CROSS JOIN entries ON entries.seq = words.rowid
         WHERE words MATCH ? AND entries.kind NOT LIKE 'call.%' ORDER BY words.rowid`,
      )
      .all(placeWord("approval", approval))
      .map((row) => seqRow.parse(row).seq);
  }

  #before(of: "call" | "approval", id: string): EntryFacts | undefined {
    const row = this.#db
      .prepare(
        `SELECT entries.facts FROM words CROSS JOIN entries ON entries.seq = words.rowid WHERE words MATCH ? ORDER BY words.rowid DESC LIMIT 1`,
      )
      .get(placeWord(of, id));
    return row === undefined ? undefined : entryFacts.parse(JSON.parse(factsRow.parse(row).facts));
  }
}

const versionRow = z.object({ user_version: z.number() });
const takenRow = z.object({ size: z.number(), leaf: z.string() });
const factsRow = z.object({ facts: z.string() });
const leafRow = z.object({ atMs: z.number(), kind: z.string() });
const seqRow = z.object({ seq: z.number() });
const nameRow = z.object({ name: z.string() });
const idRow = z.object({ id: z.string() });
const foundRow = z.object({ seq: z.number(), at_ms: z.number(), kind: z.string(), facts: z.string() });

function lineOf(row: unknown): AuditLine {
  const { seq, at_ms: atMs, kind, facts } = foundRow.parse(row);
  return { entry: seq, atMs, kind, facts: entryFacts.parse(JSON.parse(facts)) };
}

/** An erased or unreadable body says nothing. */
function bodyOf(body: string | null): JsonObject {
  return (body === null ? null : bodyIn(body)) ?? {};
}
