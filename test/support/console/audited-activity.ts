import type { Activity, ActivityBy, ActivityRow, Figures } from "../../../src/shared/audit-activity.ts";
import type { ConsoleServer } from "./server.ts";

const rows: Readonly<
  Record<ActivityBy, readonly (readonly [key: string, connection: string | null, share: number])[]>
> = {
  connection: [
    ["crm-production", null, 9],
    ["reports-share", null, 6],
    ["warehouse-eu", null, 4],
    ["git-main", null, 1],
  ],
  person: [
    ["demo:erin", null, 10],
    ["demo:nightly", null, 7],
    ["demo:tess", null, 3],
  ],
  tool: [
    ["get_customer", "crm-production", 8],
    ["read_file", "reports-share", 6],
    ["run_query", "warehouse-eu", 4],
    ["update_customer", "crm-production", 2],
  ],
};
const people: Readonly<Record<string, Pick<ActivityRow, "name" | "principalKind">>> = {
  "demo:erin": { name: "Erin Engineer", principalKind: "user" },
  "demo:nightly": { name: "nightly-report", principalKind: "service" },
  "demo:tess": { name: "Tess Third", principalKind: "user" },
};
const course = [13, 22, 17, 26, 31, 8, 3, 19, 24, 28, 21, 35, 9, 2];

const sum = (steps: ActivityRow["steps"]): Figures => {
  const at = (place: 0 | 1 | 2 | 3) => steps.reduce((all, step) => all + step[place], 0);
  return { calls: at(0), held: at(1), denied: at(2), masked: at(3) };
};

/** Answers a console's questions about the activity with a crafted course; `isQuiet`: nothing went on. */
export function answerActivity(server: ConsoleServer, change: Partial<Activity> = {}, isQuiet = false): void {
  server.answer("audit.activity", ({ fromMs, toMs, step, by }) => {
    const stepMs = step === "hour" ? 3_600_000 : 86_400_000;
    const many = Math.ceil((Number(toMs) - Number(fromMs)) / stepMs);
    const found = (isQuiet ? [] : rows[by === "person" || by === "tool" ? by : "connection"]).map(
      ([key, connection, share]): ActivityRow => {
        const steps = Array.from({ length: many }, (_, at): ActivityRow["steps"][number] => {
          const calls = step === "hour" && (at < 7 || at > 18) ? 0 : (course[at % course.length] ?? 0) * share;
          return [calls, Math.floor(calls / 40), at % 3 === 1 ? Math.floor(calls / 90) : 0, Math.floor(calls * 0.7)];
        });
        return { key, connection, name: null, principalKind: null, ...people[key], total: sum(steps), steps };
      },
    );
    const total = sum(found.flatMap(({ steps }) => steps));
    const before = { calls: Math.round(total.calls * 0.89), held: total.held, denied: 0, masked: total.masked * 2 };
    const of = { fromMs: Number(fromMs), toMs: Number(toMs), stepMs, indexed: 48_214, entries: 48_214 };
    const value: Activity = { ...of, rows: found, others: 0, rest: null, total, before, ...change };
    return { ok: true, value };
  });
}
