import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { historyLine, type HistoryFigures, type HistoryFilter, type HistoryLine } from "../../shared/history.ts";
import { type ApprovalEntry, approvalEntries } from "../audit/approval-entries.ts";
import { type AnswerOf, recordedAnswers } from "../audit/recorded-answer.ts";
import { figuresOver } from "./history-figures.ts";
import { linesOf, searchTextOf } from "./history-line.ts";
import { storedApproval } from "./stored-approval.ts";
import type { ApprovalRecord } from "./store.ts";

/** A place in a history: what is older comes after it. */
export interface HistoryPlace {
  readonly atMs: number;
  readonly id: string;
}

export interface HistoryReads {
  /**
   * The lines of these principals (one person's identities) after this place, newest first. One look goes through a bounded number of
   * lines, so that a search that finds nothing costs the calls beside it no more than a moment: `next` says where to go on.
   */
  lines(
    who: readonly string[],
    filter: HistoryFilter,
    after: HistoryPlace | null,
    most: number,
  ): { readonly lines: readonly HistoryLine[]; readonly next: HistoryPlace | null };
  /** The fourteen days of 24 hours whose last one begins at `todayMs`. */
  figures(who: readonly string[], kind: HistoryFilter["kind"], todayMs: number): HistoryFigures;
  /** The ledger's entries about this approval, oldest first. */
  entries(approval: string): readonly ApprovalEntry[];
  /** The oldest kept checkpoint that covers the entry of this number: a signed note. */
  checkpointOver(seq: number): string | undefined;
  /** What the target answered to this approval's call, masked; without its value where that is longer. */
  readonly answer: AnswerOf;
}

/** The table, and what a change of an approval writes to it. */
export interface HistoryTable extends HistoryReads {
  put(record: ApprovalRecord): void;
}

const schema = `
  CREATE TABLE history (
    who TEXT NOT NULL,
    kind TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    approval TEXT NOT NULL,
    verdict TEXT NOT NULL,
    risk TEXT NOT NULL,
    state TEXT NOT NULL,
    took_ms INTEGER,
    search TEXT NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (who, kind, at_ms, approval)
  ) STRICT, WITHOUT ROWID;
`;

/** So many lines are looked at in one go. */
const mostLooks = 2000;

/** Who has decided and asked for what, newest first by an index of its own; filled from the approvals where it isn't there. */
export function historyTable(db: DatabaseSync): HistoryTable {
  const isNew = db.prepare("SELECT name FROM sqlite_schema WHERE name = 'history'").get() === undefined;
  if (isNew) db.exec(`SAVEPOINT history; ${schema}`);
  const { of: entries, checkpointOver } = approvalEntries(db);
  const put = putInto(db);
  if (isNew) {
    for (const row of db.prepare("SELECT record FROM approvals").iterate())
      put(storedApproval(z.object({ record: z.string() }).parse(row).record));
    db.exec("RELEASE history");
  }
  return { lines: linesFrom(db), figures: figuresOver(db), entries, checkpointOver, answer: recordedAnswers(db), put };
}

function putInto(db: DatabaseSync): HistoryTable["put"] {
  const put = db.prepare(`
    INSERT INTO history (who, kind, at_ms, approval, verdict, risk, state, took_ms, search, line)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET verdict = excluded.verdict, state = excluded.state, took_ms = excluded.took_ms,
      search = excluded.search, line = excluded.line`);
  return (record) => {
    for (const { who, line } of linesOf(record)) {
      const { kind, atMs, id, verdict, risk, state, tookMs } = line;
      const text = JSON.stringify(line);
      put.run(who, kind, atMs, id, verdict ?? "none", risk, state, tookMs, searchTextOf(line), text);
    }
  };
}

/** What one principal's part of a history gave: the lines found, and how far it was looked through; null: to its end. */
interface Part {
  readonly found: readonly HistoryLine[];
  readonly reached: HistoryPlace | null;
}

function linesFrom(db: DatabaseSync): HistoryReads["lines"] {
  const select = db.prepare(`
    SELECT at_ms, approval, CASE WHEN ($verdict = '' OR verdict = $verdict) AND ($risk = '' OR risk = $risk)
      AND ($search = '' OR instr(search, $search) > 0) THEN line END AS line
    FROM history WHERE who = $who AND kind = $kind AND (at_ms, approval) < ($atMs, $id)
    ORDER BY at_ms DESC, approval DESC LIMIT ${mostLooks}`);
  const partOf = (who: string, filter: HistoryFilter, after: HistoryPlace | null, most: number): Part => {
    const { kind, verdict = "", risk = "", search = "" } = filter;
    const sought = search.trim().toLowerCase();
    const { atMs, id } = after ?? { atMs: Number.MAX_SAFE_INTEGER, id: "" };
    const found: HistoryLine[] = [];
    let reached: HistoryPlace | null = null;
    let looks = 0;
    for (const each of select.iterate({ who, kind, verdict, risk, search: sought, atMs, id })) {
      const { at_ms: rowMs, approval, line } = lineRow.parse(each);
      looks += 1;
      reached = { atMs: rowMs, id: approval };
      if (line !== null) found.push(historyLine.parse(JSON.parse(line)));
      if (found.length === most) return { found, reached };
    }
    return { found, reached: looks === mostLooks ? reached : null };
  };
  return (who, filter, after, most) =>
    merged(
      who.map((each) => partOf(each, filter, after, most)),
      most,
    );
}

const lineRow = z.object({ at_ms: z.number(), approval: z.string(), line: z.string().nullable() });

/** One history of all identities: no further than all of them were looked through. */
function merged(parts: readonly Part[], most: number): ReturnType<HistoryReads["lines"]> {
  const places = parts.flatMap(({ reached }) => reached ?? []).sort(newestFirst);
  const end = places[0] ?? null;
  const lines = parts
    .flatMap(({ found }) => found)
    .filter((line) => end === null || newestFirst(line, end) <= 0)
    .sort(newestFirst);
  const shown = lines.slice(0, most);
  const last = shown.at(-1);
  const next = lines.length > shown.length && last !== undefined ? { atMs: last.atMs, id: last.id } : end;
  return { lines: shown, next };
}

function newestFirst(one: HistoryPlace, other: HistoryPlace): number {
  if (one.atMs !== other.atMs) return other.atMs - one.atMs;
  return one.id === other.id ? 0 : one.id < other.id ? 1 : -1;
}
