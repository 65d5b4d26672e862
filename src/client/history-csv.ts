import type { HistoryPage } from "../shared/history.ts";

type Line = HistoryPage["lines"][number];

/** Lines of the history as CSV (RFC 4180), with a heading. Times are ISO 8601 in UTC. */
export function csvOf(lines: readonly Line[]): string {
  const rows = lines.map((line) => columns.map(([, read]) => cell(read(line))).join(","));
  return [columns.map(([name]) => name).join(","), ...rows].map((row) => `${row}\r\n`).join("");
}

const columns: readonly (readonly [string, (line: Line) => string])[] = [
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

/**
 * A cell in which no spreadsheet finds a formula: what begins as one does (OWASP, CSV Injection), also behind blanks, gets an apostrophe in
 * front. So does what follows a `;`, tab or line end: where a list's separator is another than the comma, a cell begins there, whatever is
 * quoted. Whatever else means something to CSV is quoted.
 */
function cell(text: string): string {
  const begun = text.replace(formulas, "$1'");
  const safe = /^[\t\r\n]/.test(begun) ? `'${begun}` : begun;
  return /[",;\r\n\t']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const formulas = /(^|\r\n|[;\t\r\n])(?=(?:[^\S\t\r\n]|["'\p{Cf}])*[=+\-@\uFF0B\uFF0D\uFF1D\uFF20])/gu;
