import { expect, it } from "vitest";
import { csvOf } from "../../src/client/history-csv.ts";
import type { HistoryPage } from "../../src/shared/history.ts";

type Line = HistoryPage["lines"][number];

function line(change: Partial<Line>): Line {
  return {
    kind: "decision",
    id: "apr_1",
    atMs: Date.UTC(2026, 10, 20, 14, 12, 37),
    state: "denied",
    risk: "critical",
    connection: "warehouse-eu",
    tool: "drop_table",
    requester: { name: "Dana", kind: "user" },
    verdict: "deny",
    reason: "",
    deciders: ["Ada", "Bo"],
    tookMs: 21_000,
    entry: 48_213,
    ...change,
  };
}

it("writes a heading and a row a line, ending as RFC 4180 wants", () => {
  const [heading, row, end] = csvOf([line({})]).split("\r\n");
  expect(heading).toBe(
    "time,kind,verdict,state,connection,tool,risk,requester,decided_by,reason,decided_after_ms,request,ledger_entry",
  );
  expect(row).toBe(
    '2026-11-20T14:12:37.000Z,decision,deny,denied,warehouse-eu,drop_table,critical,Dana,"Ada; Bo",,21000,apr_1,48213',
  );
  expect(end).toBe("");
});

const cells: readonly [string, string][] = [
  ["plain", "plain"],
  ["a, b", '"a, b"'],
  ['say "no"', '"say ""no"""'],
  ["two\r\nlines", '"two\r\nlines"'],
  ['=HYPERLINK("http://x")', '"\'=HYPERLINK(""http://x"")"'],
  ["+1", '"\'+1"'],
  ["-2+3", '"\'-2+3"'],
  ["@SUM(A1)", '"\'@SUM(A1)"'],
  ["  =1+1", '"\'  =1+1"'],
  ["\t=1+1", "\"'\t'=1+1\""],
  ["\u200b=1+1", '"\'\u200b=1+1"'],
  ["\uff1d1+1", '"\'\uff1d1+1"'],
  ["a=1", "a=1"],
  ["x;=1+1", '"x;\'=1+1"'],
  ["x; =1+1", '"x;\' =1+1"'],
  ['x;"=1+1', '"x;\'""=1+1"'],
  ["x\r\n=1+1", '"x\r\n\'=1+1"'],
  ["x\t@SUM(A1)", '"x\t\'@SUM(A1)"'],
  ["x\n\uff1d1+1;-2", "\"x\n'\uff1d1+1;'-2\""],
  ["one; two = 2", '"one; two = 2"'],
];
it.each(cells)("writes %j as a cell that is no formula: %s", (text, cell) => {
  expect(csvOf([line({ tool: text })]).split("warehouse-eu,")[1]).toMatch(
    new RegExp(`^${cell.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")},critical`),
  );
});

/** The cells of a row as a program reads them whose list separator is another: a quote within a cell is a character there. */
const cellsBy = (separator: RegExp, text: string) => text.split(separator).map((part) => part.replaceAll('"', ""));

it("has no formula for a program that takes another separator, as where the decimal sign is a comma", () => {
  const formula = "=cmd|' /C calc'!A1";
  const change = { deciders: ["Ada", formula], reason: `ok;${formula};\n${formula}`, tool: `x\t"${formula}` };
  const text = csvOf([line(change)]);
  for (const separator of [/[;\r\n]/, /[\t\r\n]/])
    expect(cellsBy(separator, text).filter((part) => /^\s*[=+\-@]/.test(part))).toEqual([]);
});
