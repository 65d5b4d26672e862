import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { EntryFacts } from "../../shared/audit-search.ts";
import type { SessionsQuery, SessionView } from "../../shared/audit-sessions.ts";
import type { Json, JsonObject } from "../../shared/json.ts";
import { LiveSessions, type LiveSession } from "./live-sessions.ts";
import { ended, isJudged } from "./session-ends.ts";
import { sessionsWhere } from "./session-match.ts";
import { entryRow, knownRow, sessionRow, viewOf } from "./session-tables.ts";

/** A client whose requests name no session has begun another one after this long without any; milliseconds. */
const gapMs = 30 * 60_000;

/** An entry on its way into the index. */
interface Taken {
  readonly entry: number;
  readonly atMs: number;
  readonly kind: string;
  readonly facts: EntryFacts;
  readonly body: JsonObject;
}

/**
 * Which entries make a session: the requests of one MCP client through one connection, and all that the ledger says of those calls and
 * of the approvals that they waited for. A legacy client names its session; a modern one's requests belong together by who, through what.
 */
export class SessionIndex {
  readonly #db: DatabaseSync;
  /** Entries that are about this approval, before it was known whose it is. */
  readonly #entriesOf: (approval: string) => readonly number[];
  readonly #statements = new Map<string, StatementSync>();
  readonly #live = new LiveSessions();

  constructor(db: DatabaseSync, entriesOf: (approval: string) => readonly number[]) {
    this.#db = db;
    this.#entriesOf = entriesOf;
  }

  /** Takes an entry, in the ledger's order, within the caller's transaction. */
  take(taken: Taken): void {
    const { kind, facts, body } = taken;
    for (const session of new Set(this.#sessionsOf(taken))) {
      if (kind.startsWith("call.") || kind === "approval.pending") this.#put(session, facts.call);
      // A grant's use names the approval that the grant was made beside: another call's.
      const joins = kind === "call.response" && body.approval !== undefined;
      if (kind === "approval.pending") this.#put(session, facts.approval);
      else if (joins && this.#put(session, facts.approval)) this.#catchUp(session, facts.approval);
      this.#add(session, taken);
    }
  }

  #sessionsOf(taken: Taken): readonly number[] {
    const { kind, facts } = taken;
    if (begins.has(kind)) return [this.#own(taken)].filter((each) => each !== null);
    if (kind === "session.closed" || kind.startsWith("target."))
      return [this.#named(facts.session)].filter((each) => each !== null);
    // A call's own answer is in its session alone, whoever else waits for the same approval.
    return this.#at(isOfApproval.test(kind) ? facts.approval : facts.call);
  }

  /** What is known by heart, after a transaction that came to nothing. */
  forget(): void {
    this.#live.forget();
  }

  /** Sessions that fit, those that began last first, before this entry. `principals`: whom the query means, null where nobody is asked for. */
  find(
    query: SessionsQuery,
    principals: readonly string[] | null,
    before: number,
    most: number,
  ): { readonly sessions: readonly SessionView[]; readonly next: number | null } {
    const { sql, values } = sessionsWhere(query, principals);
    const sessions = this.#prepared(`SELECT * FROM sessions WHERE first < ?${sql} ORDER BY first DESC LIMIT ?`)
      .all(before, ...values, most)
      .map(viewOf);
    return { sessions, next: sessions.length < most ? null : (sessions.at(-1)?.first ?? null) };
  }

  /** The session of this id; undefined where there is none. */
  get(id: string): SessionView | undefined {
    const row = this.#prepared("SELECT * FROM sessions WHERE id = ?").get(id);
    return row === undefined ? undefined : viewOf(row);
  }

  /** The numbers of its entries after this one, rising. */
  entries(session: SessionView, after: number, most: number): readonly number[] {
    return this.#prepared("SELECT entry FROM session_entries WHERE session = ? AND entry > ? ORDER BY entry LIMIT ?")
      .all(session.first, after, most)
      .map((row) => entryRow.parse(row).entry);
  }

  /** The session that this entry itself names or begins. */
  #own({ entry, atMs, kind, facts, body }: Taken): number | null {
    const { principal, connection, session } = facts;
    if (principal === null || connection === null) return null;
    const isLegacy = kind === "session.opened" || body.era === "legacy";
    const via = text(body.via);
    const of = isLegacy
      ? `legacy ${session ?? ""}`
      : JSON.stringify([principal, facts.device, via, facts.client, connection]);
    const known = this.#newest(of);
    const goesOn = known !== undefined && (isLegacy || atMs - known.toMs <= gapMs);
    const own = goesOn ? known : { first: entry, toMs: atMs, isNamed: false };
    if (!goesOn) {
      const id = isLegacy && session !== null && /^(?!from-)[\w-]{1,64}$/.test(session) ? session : `from-${entry}`;
      this.#prepared(
        "INSERT INTO sessions (first, id, of, principal, connection, era, last, from_ms, to_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      ).run(entry, id, of, principal, connection, isLegacy ? "legacy" : "modern", entry, atMs, atMs);
      this.#live.keep(of, own);
    }
    if (own.isNamed) return own.first;
    // What opens a legacy session says less of who does than its first request.
    this.#prepared(
      `UPDATE sessions SET name = coalesce(name, ?), kind = coalesce(kind, ?), device = coalesce(device, ?),
       via = coalesce(via, ?), client = coalesce(client, ?) WHERE first = ?`,
    ).run(facts.name, facts.principalKind, facts.device, via, facts.client, own.first);
    own.isNamed = kind !== "session.opened";
    return own.first;
  }

  /** The last session of this client, where there is one. */
  #newest(of: string): LiveSession | undefined {
    const kept = this.#live.of(of);
    if (kept !== undefined) return kept;
    const row = knownRow
      .optional()
      .parse(this.#prepared("SELECT first, to_ms FROM sessions WHERE of = ? ORDER BY first DESC LIMIT 1").get(of));
    return row && this.#live.keep(of, { first: row.first, toMs: row.to_ms, isNamed: false });
  }

  #named(session: string | null): number | null {
    if (session === null) return null;
    const row = this.#prepared("SELECT first AS session FROM sessions WHERE of = ?").get(`legacy ${session}`);
    return row === undefined ? null : sessionRow.parse(row).session;
  }

  #at(place: string | null): readonly number[] {
    if (place === null) return [];
    return this.#prepared("SELECT session FROM session_places WHERE place = ?")
      .all(place)
      .map((row) => sessionRow.parse(row).session);
  }

  /** Whether it was not known before that this call or approval belongs to the session. */
  #put(session: number, place: string | null): boolean {
    if (place === null) return false;
    return this.#prepared("INSERT OR IGNORE INTO session_places VALUES (?, ?)").run(place, session).changes === 1;
  }

  /** What was said of an approval before this session's call joined it, or before the ledger said that it did. */
  #catchUp(session: number, approval: string | null): void {
    if (approval === null) return;
    this.#prepared("UPDATE sessions SET held = held + 1 WHERE first = ?").run(session);
    const put = this.#prepared("INSERT OR IGNORE INTO session_entries VALUES (?, ?)");
    let added = 0;
    for (const entry of this.#entriesOf(approval)) added += Number(put.run(session, entry).changes);
    this.#prepared("UPDATE sessions SET entries = entries + ? WHERE first = ?").run(added, session);
  }

  #add(session: number, { entry, atMs, kind, facts }: Taken): void {
    const isNew = this.#prepared("INSERT OR IGNORE INTO session_entries VALUES (?, ?)").run(session, entry).changes;
    this.#live.heard(session, atMs);
    const end = ended(kind, facts);
    this.#prepared(
      `UPDATE sessions SET last = ?, to_ms = max(to_ms, ?), entries = entries + ?, calls = calls + ?, held = held + ?,
       denied = denied + ?, failed = failed + ? WHERE first = ?`,
    ).run(
      entry,
      atMs,
      isNew,
      Number(isJudged(kind, facts)),
      Number(kind === "approval.pending"),
      Number(end === "denied"),
      Number(end === "failed"),
      session,
    );
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql) ?? this.#db.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }
}

/** Kinds that say whose session they belong to. */
const begins: ReadonlySet<string> = new Set(["session.opened", "call.request", "call.refused"]);
/** Kinds that belong to every session in which a call waits for their approval; who opened it is named by its first entry. */
const isOfApproval = /^(?:approval\.(?!pending)|decision\.|grant\.created)/;

function text(value: Json | undefined): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
