import type { HistoryPage } from "../shared/history.ts";
import { csvText, type Columns } from "./csv.ts";

type Line = HistoryPage["lines"][number];

/** Lines of the history as CSV. Times are ISO 8601 in UTC. */
export function csvOf(lines: readonly Line[]): string {
  return csvText(columns, lines);
}

const columns: Columns<Line> = [
  ["time", ({ atMs }) => new Date(atMs).toISOString()],
  ["kind", ({ kind }) => kind],
  ["verdict", ({ verdict }) => verdict ?? ""],
  ["state", ({ state }) => state],
  ["connection", ({ connection }) => connection],
  ["tool", ({ tool }) => tool],
  ["risk", ({ risk }) => risk],
  ["requester", ({ requester }) => requester.name],
  ["decided_by", ({ deciders }) => deciders.join("; ")],
  ["reason", ({ reason }) => reason],
  ["decided_after_ms", ({ tookMs }) => (tookMs === null ? "" : String(tookMs))],
  ["request", ({ id }) => id],
  ["ledger_entry", ({ entry }) => (entry === null ? "" : String(entry))],
];
