import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import type { HistoryFigures } from "../../shared/history.ts";
import type { HistoryReads } from "./history.ts";

const dayMs = 86_400_000;
const days = 14;

type Counts = HistoryFigures["total"];
const nothing: Counts = { approved: 0, denied: 0, expired: 0 };

/** How many of each verdict a day, and the median time to it: counted by the database, whatever the history's length. */
export function figuresOver(db: DatabaseSync): HistoryReads["figures"] {
  const within = "who IN (SELECT value FROM json_each($who)) AND kind = $kind AND at_ms >= $from AND at_ms < $to";
  const counted = db.prepare(`
    SELECT CAST(($to - 1 - at_ms) / ${dayMs} AS INTEGER) AS age, iif(verdict = 'none', state, verdict) AS result, count(*) AS count
    FROM history WHERE ${within} GROUP BY age, result`);
  const timed = db.prepare(`SELECT count(took_ms) AS count FROM history WHERE ${within}`);
  const median = db.prepare(
    `SELECT took_ms FROM history WHERE ${within} AND took_ms IS NOT NULL ORDER BY took_ms LIMIT 1 OFFSET $half`,
  );
  return (who, kind, todayMs) => {
    const to = todayMs + dayMs;
    const range = { who: JSON.stringify(who), kind, from: to - days * dayMs, to };
    const perDay: Counts[] = Array.from({ length: days }, () => ({ ...nothing }));
    const total = { ...nothing };
    for (const row of counted.iterate(range)) {
      const { age, result, count } = countRow.parse(row);
      const name = names.get(result);
      const day = perDay[days - 1 - age];
      if (name === undefined || day === undefined) continue;
      day[name] += count;
      total[name] += count;
    }
    const half = Math.floor(z.object({ count: z.number() }).parse(timed.get(range)).count / 2);
    const found = medianRow.optional().parse(median.get({ ...range, half }));
    return { days: perDay, total, typicalMs: found?.took_ms ?? null };
  };
}

const countRow = z.object({ age: z.number(), result: z.string(), count: z.number() });
const medianRow = z.object({ took_ms: z.number() });
const names: ReadonlyMap<string, keyof Counts> = new Map([
  ["approve", "approved"],
  ["deny", "denied"],
  // By wrong numbers, and nobody's decision.
  ["denied", "denied"],
  ["expired", "expired"],
]);
