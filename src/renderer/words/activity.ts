import { count } from "./count.ts";

const percent = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 0, signDisplay: "exceptZero" });

export const activity = {
  title: "Activity",
  by: "Count by",
  bys: { connection: "Connections", person: "People", tool: "Tools" },
  period: "Period",
  periods: { today: "Today", yesterday: "Yesterday", week: "Last 7 days", month: "Last 30 days" },
  shortBefore: {
    today: "the day before",
    yesterday: "the day before",
    week: "the 7 days before",
    month: "the 30 days before",
  },
  look: "Show as",
  looks: { chart: "Chart", table: "Table" },
  figures: { calls: "Calls", held: "Held", denied: "Denied", masked: "Masked fields" },
  of: {
    calls: (n: number) => count(n, "call", "calls"),
    held: (n: number) => count(n, "held call", "held calls"),
    denied: (n: number) => count(n, "denial", "denials"),
    masked: (n: number) => count(n, "masked field", "masked fields"),
  },
  change: (now: number, before: number, period: string) => {
    if (before === 0) return now === 0 ? `none in ${period} either` : `none in ${period}`;
    const said = before.toLocaleString("en");
    return now === before ? `as many in ${period}` : `${percent.format(now / before - 1)} from ${said} in ${period}`;
  },
  all: "All connections, people and tools",
  everything: "Show all",
  lane: (figure: string, step: string) => `${figure} by ${step}: each bar opens its entries`,
  steps: { hour: "hour", day: "day" },
  bar: (when: string, what: string, of: string | null) =>
    `${when}: ${what}${of === null ? "" : ` of ${of}`}. Show the entries`,
  most: (n: number) => `up to ${n.toLocaleString("en")}`,
  none: "none",
  stepColumn: { hour: "Hour", day: "Day" },
  rowColumn: { connection: "Connection", person: "Person or service", tool: "Tool" },
  course: "Calls over time",
  only: (name: string) => `Draw ${name} alone`,
  show: (what: string, of: string) => `Show the entries: ${what} of ${of}`,
  others: (n: number) => `${count(n, "other", "others")}, together`,
  nobody: "nobody named",
  service: "service",
  nothing: "Nothing was called in this time.",
  nothingNext: "Look at a longer time.",
  loading: "Counting",
  failed: "The figures could not be read.",
  again: "Count again",
  offline: "As last read. Counting goes on when the gateway is back.",
  indexing: (indexed: number, entries: number) =>
    `The gateway still reads the ledger: ${indexed.toLocaleString("en")} of ${count(entries, "entry", "entries")} are counted.`,
  note: "Counted from the ledger. Denied are calls that a rule refused, a person denied, or nobody decided in time.",
} as const;
