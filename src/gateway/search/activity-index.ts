import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import {
  activityBy,
  type Activity,
  type ActivityAsk,
  type ActivityBy,
  type ActivityRow,
  type Figures,
} from "../../shared/audit-activity.ts";
import type { EntryFacts } from "../../shared/audit-search.ts";
import { countedIn, emptyRow, keyOf, order, plus, stepOf, weightOf, without } from "./activity-figures.ts";

/**
 * Sums by the hour, and by the day (`by` with ` day` behind it, under its first hour), of UTC: a period costs what its days and the hours
 * at its ends cost, however many entries it has. `within` is a tool's connection.
 */
export const activitySchema = `
  CREATE TABLE activity (
    by TEXT NOT NULL, hour INTEGER NOT NULL, key TEXT NOT NULL, within TEXT NOT NULL,
    calls INTEGER NOT NULL, held INTEGER NOT NULL, denied INTEGER NOT NULL, masked INTEGER NOT NULL,
    PRIMARY KEY (by, hour, key, within)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX activity_of ON activity (by, key, within, hour);
`;

const hourMs = 3_600_000;
/** So many are told apart; what the others come to is one sum. */
const mostRows = 12;

/** The figures of the ledger by hour, and by connection, person and tool. */
export class ActivityIndex {
  readonly #db: DatabaseSync;
  /** What was taken and is not in the tables yet, by place. */
  readonly #sums = new Map<string, { readonly place: Place; readonly figures: Figures }>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  take(atMs: number, facts: EntryFacts, figures: Figures): void {
    if (countedIn(figures).length === 0) return;
    const hour = Math.floor(atMs / hourMs);
    for (const by of activityBy.options) {
      const of = [keyOf(by, facts), by === "tool" ? (facts.connection ?? "") : ""] as const;
      this.#add([by, hour, ...of], figures);
      this.#add([`${by} day`, hour - (hour % 24), ...of], figures);
    }
  }

  #add(place: Place, figures: Figures): void {
    const at = place.join("\n");
    const sum = this.#sums.get(at)?.figures;
    this.#sums.set(at, { place, figures: sum === undefined ? figures : plus(sum, figures) });
  }

  /** Writes what was taken; within the transaction of its entries. */
  put(): void {
    const add = this.#db.prepare(
      `INSERT INTO activity VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET calls = calls + excluded.calls,
       held = held + excluded.held, denied = denied + excluded.denied, masked = masked + excluded.masked`,
    );
    for (const { place, figures } of this.#sums.values()) add.run(...place, ...order.map((name) => figures[name]));
    this.forget();
  }

  forget(): void {
    this.#sums.clear();
  }

  /** Those with the most calls first. */
  read({ by, step, ...asked }: ActivityAsk): Omit<Activity, "indexed" | "entries"> {
    const stepMs = step === "hour" ? hourMs : 24 * hourMs;
    const first = Math.floor(asked.fromMs / hourMs);
    const end = Math.max(first + 1, Math.ceil(asked.toMs / hourMs));
    const span = { by, first, end, hours: stepMs / hourMs, steps: Math.ceil(((end - first) * hourMs) / stepMs) };
    const totals = this.#totals(span);
    const rows = this.#withSteps(span, totals.slice(0, mostRows));
    const others = Math.max(0, totals.length - mostRows);
    const all = this.#all(span);
    return {
      fromMs: first * hourMs,
      toMs: end * hourMs,
      stepMs,
      rows: rows.map((row) => this.#named(by, row)),
      others,
      rest: others === 0 ? null : rows.reduce(without, all),
      total: all.total,
      before: this.#sum(2 * first - end, first),
    };
  }

  #totals({ by, first, end, steps }: Span): readonly ActivityRow[] {
    const select = this.#db.prepare(
      `SELECT key, within, ${sums} FROM (
         SELECT * FROM activity WHERE by = $by || ' day' AND hour >= $days AND hour < $daysEnd
         UNION ALL SELECT * FROM activity WHERE by = $by AND hour >= $first AND hour < $days
         UNION ALL SELECT * FROM activity WHERE by = $by AND hour >= $daysEnd AND hour < $end
       ) GROUP BY key, within`,
    );
    // Whole days of UTC within the period; where there is none, all of it are hours.
    const days = Math.min(end, Math.ceil(first / 24) * 24);
    const daysEnd = Math.max(days, end - (end % 24));
    const rows = select.all({ by, first, end, days, daysEnd }).map((each): ActivityRow => {
      const { key, within, ...total } = totalRow.parse(each);
      return { ...emptyRow(key, within, steps), total };
    });
    return rows.toSorted((a, b) => weightOf(b.total) - weightOf(a.total) || (a.key < b.key ? -1 : 1));
  }

  #withSteps({ by, first, end, hours }: Span, rows: readonly ActivityRow[]): readonly ActivityRow[] {
    const select = this.#db.prepare(
      `SELECT CAST((hour - ?) / ? AS INTEGER) AS step, ${sums} FROM activity
       INDEXED BY activity_of WHERE by = ? AND hour >= ? AND hour < ? AND key = ? AND within = ? GROUP BY step`,
    );
    for (const { key, connection, steps } of rows)
      for (const each of select.iterate(first, hours, by, first, end, key, connection ?? "")) put(steps, each);
    return rows;
  }

  /** Every entry that counts is about one connection, so that theirs are the fewest rows that come to all of it. */
  #all({ first, end, hours, steps }: Span): ActivityRow {
    const select = this.#db.prepare(
      `SELECT CAST((hour - ?) / ? AS INTEGER) AS step, ${sums} FROM activity
       WHERE by = 'connection' AND hour >= ? AND hour < ? GROUP BY step`,
    );
    const row = emptyRow("", "", steps);
    for (const each of select.iterate(first, hours, first, end)) put(row.steps, each);
    return { ...row, total: this.#sum(first, end) };
  }

  #named(by: ActivityBy, row: ActivityRow): ActivityRow {
    if (by !== "person") return row;
    const found = this.#db.prepare("SELECT name, kind FROM principals WHERE id = ?").get(row.key);
    const known = principalRow.optional().parse(found);
    return known === undefined ? row : { ...row, name: known.name, principalKind: known.kind };
  }

  #sum(first: number, end: number): Figures {
    const sum = order.map((name) => `coalesce(sum(${name}), 0) AS ${name}`).join(", ");
    const row = this.#db.prepare(`SELECT ${sum} FROM activity WHERE by = 'connection' AND hour >= ? AND hour < ?`);
    return figuresRow.parse(row.get(first, end));
  }
}

type Place = readonly [by: ActivityBy | `${ActivityBy} day`, hour: number, key: string, within: string];

interface Span {
  readonly by: ActivityBy;
  readonly first: number;
  readonly end: number;
  readonly hours: number;
  readonly steps: number;
}

const sums = order.map((name) => `sum(${name}) AS ${name}`).join(", ");
const count = z.number().int();
const figuresRow = z.object({ calls: count, held: count, denied: count, masked: count });
const totalRow = figuresRow.extend({ key: z.string(), within: z.string() });
const stepRow = figuresRow.extend({ step: count.nonnegative() });
const principalRow = z.object({ name: z.string(), kind: z.enum(["user", "service"]) });

function put(steps: ActivityRow["steps"], found: Readonly<Record<string, unknown>>): void {
  const { step, ...figures } = stepRow.parse(found);
  if (step < steps.length) steps[step] = stepOf(figures);
}
