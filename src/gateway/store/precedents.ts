import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { principalView } from "../../shared/principal.ts";
import { type Seers, seersOf } from "../approvals/seers.ts";
import type { HistoryPlace } from "./history.ts";
import { storedApproval } from "./stored-approval.ts";
import type { ApprovalRecord } from "./store.ts";

/** A held call as others are compared with it: how it ended, and who may see it. */
export interface Precedent {
  readonly id: string;
  /** `none`: nobody's decision and no wrong number ended it, or it waits. */
  readonly verdict: "approve" | "deny" | "none";
  readonly seers: Seers;
}

/** So many are looked at in one go: a question costs no more, however much was ever held. */
export const mostPrecedents = 500;

/** At most `mostPrecedents` each; who asks sees only those whose `seers` they are among. */
export interface PrecedentReads {
  /** This person's held calls of this tool before this place, newest first. */
  ofPerson(call: Pick<ApprovalRecord, "connection" | "tool" | "person">, before: HistoryPlace): readonly Precedent[];
  /** Everybody's. */
  ofTool(call: Pick<ApprovalRecord, "connection" | "tool">, before: HistoryPlace): readonly Precedent[];
  /** This person's held calls of any tool within these times, both included. */
  within(person: string, fromMs: number, toMs: number): readonly Precedent[];
}

/** The table, and what a change of an approval writes to it. */
export interface PrecedentTable extends PrecedentReads {
  put(record: ApprovalRecord): void;
}

const schema = `
  CREATE TABLE precedents (
    connection TEXT NOT NULL,
    tool TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    approval TEXT NOT NULL,
    person TEXT NOT NULL,
    verdict TEXT NOT NULL,
    seers TEXT NOT NULL,
    PRIMARY KEY (connection, tool, at_ms, approval)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX precedents_of_person ON precedents (person, connection, tool, at_ms, approval);
  CREATE INDEX precedents_of_time ON precedents (person, at_ms);
`;

/** Held calls by tool, by person and by time, without their payloads; filled from the approvals where it isn't there. */
export function precedentTable(db: DatabaseSync): PrecedentTable {
  const isNew = db.prepare("SELECT name FROM sqlite_schema WHERE name = 'precedents'").get() === undefined;
  if (isNew) db.exec(`SAVEPOINT precedents; ${schema}`);
  const put = putInto(db);
  if (isNew) {
    for (const row of db.prepare("SELECT record FROM approvals").iterate())
      put(storedApproval(z.object({ record: z.string() }).parse(row).record));
    db.exec("RELEASE precedents");
  }
  const select = "SELECT approval, verdict, seers FROM precedents WHERE";
  const newest = `AND (at_ms, approval) < (?, ?) ORDER BY at_ms DESC, approval DESC LIMIT ${mostPrecedents}`;
  const ofPerson = db.prepare(`${select} person = ? AND connection = ? AND tool = ? ${newest}`);
  const ofTool = db.prepare(`${select} connection = ? AND tool = ? ${newest}`);
  const within = db.prepare(`${select} person = ? AND at_ms >= ? AND at_ms <= ? LIMIT ${mostPrecedents}`);
  return {
    ofPerson: ({ person, connection, tool }, { atMs, id }) =>
      ofPerson.all(person, connection, tool, atMs, id).map(parse),
    ofTool: ({ connection, tool }, { atMs, id }) => ofTool.all(connection, tool, atMs, id).map(parse),
    within: (person, fromMs, toMs) => within.all(person, fromMs, toMs).map(parse),
    put,
  };
}

/** An approval's place among all of its tool. */
export function placeOf({ createdAtMs, id }: Pick<ApprovalRecord, "createdAtMs" | "id">): HistoryPlace {
  return { atMs: Math.floor(createdAtMs), id };
}

function putInto(db: DatabaseSync): PrecedentTable["put"] {
  const put = db.prepare(`
    INSERT INTO precedents (connection, tool, at_ms, approval, person, verdict, seers) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET verdict = excluded.verdict, seers = excluded.seers`);
  return (record) => {
    const { atMs, id } = placeOf(record);
    const seers = JSON.stringify(seersOf(record));
    put.run(record.connection, record.tool, atMs, id, record.person, verdictOf(record), seers);
  };
}

function verdictOf({ decision, state }: ApprovalRecord): Precedent["verdict"] {
  // Without a decision it was wrong numbers that denied it.
  return decision?.verdict ?? (state === "denied" ? "deny" : "none");
}

const row = z.object({ approval: z.string(), verdict: z.enum(["approve", "deny", "none"]), seers: z.string() });
const seersShape = z.object({
  person: z.string(),
  owner: principalView.shape.owner,
  groups: z.array(z.string()),
  deciders: z.array(z.object({ id: z.string(), person: z.string() })),
});

function parse(found: unknown): Precedent {
  const { approval, verdict, seers } = row.parse(found);
  return { id: approval, verdict, seers: seersShape.parse(JSON.parse(seers)) };
}
