import type { AuditQuery } from "../src/shared/audit-search.ts";
import { Searcher } from "../src/gateway/search/searcher.ts";
import { connections, dice, nameOf, people, pick, services, tools, vocabulary } from "./ledger-entries.ts";
import { ledgerTime } from "./ledger-folder.ts";
import { quantile } from "./table.ts";

const dayMs = 86_400_000;
const askedEach = 40;
const pageLength = 50;

type Roll = (below: number) => number;

/** What an investigator asks. */
const questions: readonly (readonly [string, (roll: Roll, days: number) => AuditQuery])[] = [
  ["who used this tool on that day", (roll, days) => ({ tool: pick(tools, roll), ...day(roll(days)) })],
  ["what was returned to this service", (roll) => ({ service: pick(services, roll), kind: "call.response" })],
  ["all of one person, by id", (roll) => ({ person: pick(people, roll) })],
  ["all of one person, by name", (roll) => ({ person: nameOf(pick(people, roll)) })],
  ["a person's calls of one tool", (roll) => ({ person: pick(people, roll), tool: pick(tools, roll) })],
  ["what a connection failed at", (roll) => ({ connection: pick(connections, roll), outcome: "error" })],
  ["what a rule let through on that day", (roll, days) => ({ rule: `rule ${roll(25)}`, ...day(roll(days)) })],
  ["what was held at critical risk", (roll) => ({ risk: "critical", connection: pick(connections, roll) })],
  ["who decided on that day", (roll, days) => ({ kind: "decision.recorded", ...day(roll(days)) })],
  ["a rare word", (roll) => ({ text: vocabulary[vocabulary.length - 1 - roll(2000)] ?? "" })],
  ["a common word of one person", (roll) => ({ text: vocabulary[roll(40)] ?? "", person: pick(people, roll) })],
  ["two words side by side", (roll) => ({ text: `"${vocabulary[roll(300)] ?? ""} ${vocabulary[roll(300)] ?? ""}"` })],
  ["two words anywhere", (roll) => ({ text: `${vocabulary[roll(3000)] ?? ""} ${vocabulary[roll(3000)] ?? ""}` })],
  ["a beginning of words", (roll) => ({ text: `${(vocabulary[roll(vocabulary.length)] ?? "").slice(0, 4)}*` })],
  ["everything of one day", (roll, days) => day(roll(days))],
];

/** Makes the index of this data folder, and asks it the questions above in turn, one after the other. */
export function measureSearch(data: string): string {
  const searcher = new Searcher(data);
  try {
    const before = process.cpuUsage();
    const beganMs = performance.now();
    while (!searcher.follow(60_000));
    const { user, system } = process.cpuUsage(before);
    const seconds = (performance.now() - beganMs) / 1000;
    const { entries } = searcher.find({}, Number.MAX_SAFE_INTEGER, 1);
    const rate = `Indexed: ${Math.round(entries / seconds).toLocaleString("en")} entries a second, ${((user + system) / entries).toFixed(0)} µs of processor time an entry`;
    const days = Math.max(1, Math.floor((entries * ledgerTime.stepMs) / dayMs));
    const timed = questions.map(([name, query]) => ({ name, query, ms: [] as number[], found: 0 }));
    for (let n = 0; n < askedEach; n += 1) {
      for (const [at, one] of timed.entries()) {
        const query = one.query(dice(n * questions.length + at), days);
        const askedMs = performance.now();
        one.found += searcher.find(query, Number.MAX_SAFE_INTEGER, pageLength).lines.length;
        one.ms.push(performance.now() - askedMs);
      }
    }
    const all = {
      name: "all",
      ms: timed.flatMap(({ ms }) => ms),
      found: timed.reduce((sum, { found }) => sum + found, 0),
    };
    const head = ["".padEnd(38), "p50 ms".padStart(8), "p95 ms".padStart(8), "found".padStart(8)].join(" ");
    return [
      rate,
      `Searches among ${entries.toLocaleString("en")} entries, a page of ${pageLength}`,
      head,
      ...[...timed, all].map(lineOf),
      "",
    ].join("\n");
  } finally {
    searcher.close();
  }
}

function lineOf({ name, ms, found }: { name: string; ms: readonly number[]; found: number }): string {
  return [
    name.padEnd(38),
    quantile(ms, 0.5).toFixed(1).padStart(8),
    quantile(ms, 0.95).toFixed(1).padStart(8),
    (found / ms.length).toFixed(1).padStart(8),
  ].join(" ");
}

function day(n: number): Pick<AuditQuery, "fromMs" | "toMs"> {
  const fromMs = ledgerTime.firstMs + n * dayMs;
  return { fromMs, toMs: fromMs + dayMs };
}
