import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, it } from "vitest";
import { SearchIndex, type LedgerRow } from "../../../src/gateway/search/search-index.ts";
import type { ActivityAsk, ActivityBy, Counted } from "../../../src/shared/audit-activity.ts";
import type { JsonObject } from "../../../src/shared/json.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const noonMs = Date.UTC(2026, 10, 20, 12);
const erin = { id: "corp:1", kind: "user", name: "Erin Engineer", state: "s1" };
const nightly = { id: "corp:9", kind: "service", name: "nightly-report", state: "s2" };
const seen = { groups: [], issuer: "https://idp", roles: [], assurance: null };

type Entry = readonly [atMs: number, kind: string, body: JsonObject];

const place = (name: string) => ({ path: ["arguments", name], kind: "ssn" });

function called(
  call: string,
  who: JsonObject,
  connection: string,
  name: string,
  hidden: JsonObject[] = [],
): JsonObject {
  return { call, principal: who, connection, name, method: "tools/call", effect: "allow", params: {}, hidden };
}

const entries: readonly Entry[] = [
  [noonMs - dayMs, "call.request", called("old", erin, "crm", "get_customer", [place("a")])],
  [noonMs, "principal.seen", { state: "s1", id: erin.id, kind: "user", name: erin.name, ...seen }],
  [noonMs, "principal.seen", { state: "s2", id: nightly.id, kind: "service", name: nightly.name, ...seen }],
  [
    noonMs,
    "call.request",
    { ...called("list", erin, "crm", ""), name: null, method: "tools/list", effect: "protocol" },
  ],
  [noonMs + 1, "call.request", called("c1", erin, "crm", "get_customer", [place("a"), place("b")])],
  [noonMs + 2, "call.response", { call: "c1", outcome: "ok", response: { result: {} }, hidden: [place("x")] }],
  [noonMs + hourMs, "call.request", { ...called("c2", erin, "crm", "drop_table"), effect: "approve" }],
  [
    noonMs + hourMs,
    "approval.pending",
    { approval: "a1", call: "c2", principal: erin.id, connection: "crm", tool: "drop_table" },
  ],
  [noonMs + 2 * hourMs, "approval.denied", { approval: "a1", principal: erin.id, by: "corp:5" }],
  [noonMs + 2 * hourMs, "call.response", { call: "c2", approval: "a1", outcome: "denied" }],
  [noonMs + 2 * hourMs, "call.request", called("c3", nightly, "files", "get_customer")],
  [noonMs + 2 * hourMs, "call.refused", { ...called("c4", nightly, "files", "wipe"), effect: "deny", code: -32003 }],
];

const opened: DatabaseSync[] = [];
afterAll(() => opened.forEach((db) => db.close()));

function indexOf(all: readonly Entry[]): SearchIndex {
  const db = new DatabaseSync(":memory:");
  opened.push(db);
  const index = new SearchIndex(db);
  const rows = all.map(([atMs, kind, body], seq): LedgerRow => {
    return { seq, leaf: JSON.stringify({ atMs, body: "", kind, seq, v: 1 }), body: JSON.stringify(body) };
  });
  // In two parts: an hour's figures go on where they ended.
  index.put(rows.slice(0, 8));
  index.put(rows.slice(8));
  return index;
}

const log = indexOf(entries);
const day = (by: ActivityBy, change: Partial<ActivityAsk> = {}): ActivityAsk => ({
  fromMs: noonMs,
  toMs: noonMs + dayMs,
  by,
  step: "hour",
  ...change,
});

describe("the activity", () => {
  it("counts calls that were judged, holds, denials by rule and person, and masked fields, and all of the period before", () => {
    const { total, before, fromMs, toMs, stepMs } = log.activity.read(day("connection"));
    expect(total).toEqual({ calls: 4, held: 1, denied: 2, masked: 3 });
    expect(before).toEqual({ calls: 1, held: 0, denied: 0, masked: 1 });
    expect({ fromMs, toMs, stepMs }).toEqual({ fromMs: noonMs, toMs: noonMs + dayMs, stepMs: hourMs });
  });

  it.each<readonly [ActivityBy, readonly (readonly [string, string | null, string | null, number])[]]>([
    [
      "connection",
      [
        ["crm", null, null, 2],
        ["files", null, null, 2],
      ],
    ],
    [
      "person",
      [
        ["corp:1", null, erin.name, 2],
        ["corp:9", null, nightly.name, 2],
      ],
    ],
    [
      "tool",
      [
        ["drop_table", "crm", null, 1],
        ["wipe", "files", null, 1],
        ["get_customer", "crm", null, 1],
        ["get_customer", "files", null, 1],
      ],
    ],
  ])("by %s tells each apart, the busiest first", (by, wanted) => {
    const { rows } = log.activity.read(day(by));
    expect(rows.map(({ key, connection, name, total }) => [key, connection, name, total.calls])).toEqual(wanted);
  });

  it("says what happened in which hour, or day", () => {
    const [crm] = log.activity.read(day("connection")).rows;
    expect(crm?.steps.slice(0, 4)).toEqual([
      [1, 0, 0, 3],
      [1, 1, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 0],
    ]);
    const days = log.activity.read(day("connection", { fromMs: noonMs - dayMs, step: "day" }));
    expect(days.rows[0]?.steps).toEqual([
      [1, 0, 0, 1],
      [2, 1, 1, 3],
    ]);
  });

  it.each<readonly [Counted, number]>([
    ["calls", 4],
    ["held", 1],
    ["denied", 2],
    ["masked", 2],
  ])("has each of the %s found again by the search", (counted, found) => {
    const { lines } = log.find({ counted, fromMs: noonMs }, Number.MAX_SAFE_INTEGER, 100);
    expect(lines).toHaveLength(found);
  });

  it("tells the busiest twelve apart and sums up the others", () => {
    const many = indexOf(
      Array.from({ length: 60 }, (_, n): Entry => [
        noonMs,
        "call.request",
        called(`c${n}`, erin, "crm", `tool_${n % 20}`),
      ]),
    );
    const { rows, others, rest, total } = many.activity.read(day("tool"));
    expect([rows.length, others, rest?.total.calls, rest?.steps[0], total.calls]).toEqual([
      12,
      8,
      24,
      [24, 0, 0, 0],
      60,
    ]);
  });
});
