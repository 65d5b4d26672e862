import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, it } from "vitest";
import { SearchIndex } from "../../../src/gateway/search/search-index.ts";
import type { SessionsQuery, SessionView } from "../../../src/shared/audit-sessions.ts";
import type { JsonObject } from "../../../src/shared/json.ts";

const noonMs = Date.UTC(2026, 10, 20, 12);
const minuteMs = 60_000;
const erin = { id: "corp:1", kind: "user", name: "Erin Engineer", state: "s1" };
const nightly = { id: "corp:9", kind: "service", name: "nightly-report", state: "s2" };

type Entry = readonly [minute: number, kind: string, body: JsonObject];

const opened: DatabaseSync[] = [];
afterAll(() => opened.forEach((db) => db.close()));

/** An index over entries that were written at these minutes; in batches of this size. */
function indexOf(entries: readonly Entry[], batch = entries.length): SearchIndex {
  const db = new DatabaseSync(":memory:");
  opened.push(db);
  const index = new SearchIndex(db);
  const rows = entries.map(([minute, kind, body], seq) => ({
    seq,
    leaf: JSON.stringify({ atMs: noonMs + minute * minuteMs, body: "", kind, seq, v: 1 }),
    body: JSON.stringify(body),
  }));
  for (let at = 0; at < rows.length; at += batch) index.put(rows.slice(at, at + batch));
  return index;
}

function request(call: string, change: JsonObject = {}): JsonObject {
  const client = { name: "Cursor", version: "2.3" };
  const who = { principal: erin, device: "dev_1", via: "cursor", client, address: "127.0.0.1" };
  return {
    call,
    session: "modern 1",
    ...who,
    connection: "crm",
    era: "modern",
    method: "tools/call",
    name: "get",
    effect: "allow",
    ...change,
  };
}

function response(call: string, outcome: string, approval?: string): JsonObject {
  return { call, outcome, ms: 3, bytes: 40, ...(approval === undefined ? {} : { approval }) };
}

function of(index: SearchIndex, query: SessionsQuery = {}): readonly SessionView[] {
  return index.sessions.find(query, index.principals(query), Number.MAX_SAFE_INTEGER, 100).sessions;
}

function entriesOf(index: SearchIndex, id: string): readonly number[] {
  const session = index.sessions.get(id);
  return session === undefined ? [] : index.sessions.entries(session, -1, 100);
}

const legacy = {
  session: "5f3f0e0c-1",
  era: "legacy",
  device: "dev_2",
  via: "claude",
  client: { name: "Claude", version: "1" },
};

const log: readonly Entry[] = [
  [0, "gateway-session.begun", { session: "gws_1", principal: erin.id, device: "dev_1" }],
  [0, "session.opened", { session: legacy.session, principal: erin, connection: "crm" }],
  [0, "call.request", request("c1", { ...legacy, method: "initialize", name: null, effect: "protocol" })],
  [1, "call.request", request("c2")],
  [1, "call.request", request("c3", { ...legacy, effect: "approve", name: "drop" })],
  [
    1,
    "approval.pending",
    { approval: "apr_1", call: "c3", principal: erin.id, connection: "crm", tool: "drop", risk: "high" },
  ],
  [2, "call.response", response("c2", "error")],
  [2, "call.request", request("c4", { effect: "approve", name: "drop" })],
  [3, "decision.recorded", { approval: "apr_1", principal: erin.id, by: "corp:5" }],
  [3, "approval.denied", { approval: "apr_1", principal: erin.id, by: "corp:5" }],
  [3, "call.response", response("c3", "denied", "apr_1")],
  [3, "call.response", response("c4", "denied", "apr_1")],
  [
    4,
    "target.request",
    { session: legacy.session, principal: { id: erin.id, name: erin.name }, connection: "crm", method: "roots/list" },
  ],
  [5, "session.closed", { session: legacy.session, principal: erin.id, connection: "crm", why: "idle" }],
  [5, "session.closed", { session: "modern 1", principal: erin.id, connection: "crm", why: "idle" }],
  [20, "call.refused", request("c5", { name: "wipe", effect: "deny" })],
  [21, "call.request", request("c6", { principal: nightly, device: null, via: null, client: null })],
  [60, "call.request", request("c7")],
  [60, "principal.seen", seen(erin)],
  [60, "principal.seen", seen(nightly)],
];

function seen(principal: JsonObject): JsonObject {
  return { ...principal, groups: [], issuer: "https://idp", roles: [], assurance: null };
}

describe("MCP clients' sessions", () => {
  const index = indexOf(log);

  it("are a legacy client's by the id that it was given, with all that was said of its calls and what they waited for", () => {
    expect(entriesOf(index, legacy.session)).toEqual([1, 2, 4, 5, 8, 9, 10, 12, 13]);
    expect(index.sessions.get(legacy.session)).toMatchObject({
      principal: erin.id,
      name: erin.name,
      principalKind: "user",
      device: "dev_2",
      via: "claude",
      client: "Claude",
      connection: "crm",
      era: "legacy",
      first: 1,
      last: 13,
      fromMs: noonMs,
      toMs: noonMs + 5 * minuteMs,
      entries: 9,
      calls: 1,
      held: 1,
      denied: 1,
      failed: 0,
    });
  });

  it("are a modern client's by who calls through what, until it has been away for half an hour", () => {
    // What was said of the approval before its second caller was known to wait for it stands here too.
    expect(entriesOf(index, "from-3")).toEqual([3, 5, 6, 7, 8, 9, 11, 15]);
    expect(index.sessions.get("from-3")).toMatchObject({ entries: 8, calls: 3, held: 1, denied: 2, failed: 1 });
    expect(entriesOf(index, "from-17")).toEqual([17]);
    expect(index.sessions.get("from-16")).toMatchObject({
      principal: nightly.id,
      principalKind: "service",
      client: null,
    });
  });

  it("come out the same however the ledger was read", () => {
    expect(of(indexOf(log, 1))).toEqual(of(index));
  });

  const table: readonly [string, SessionsQuery, readonly string[]][] = [
    ["all, those that began last first", {}, ["from-17", "from-16", "from-3", legacy.session]],
    ["a person's", { person: "erin" }, ["from-17", "from-3", legacy.session]],
    ["a service's", { service: "nightly" }, ["from-16"]],
    ["nobody's of this name", { person: "nobody" }, []],
    ["a client's, by either name", { client: "claude" }, [legacy.session]],
    ["of a connection", { connection: "files" }, []],
    ["in which a call was held", { had: "held" }, ["from-3", legacy.session]],
    ["in which a call failed", { had: "failed" }, ["from-3"]],
    [
      "under way in some minutes",
      { fromMs: noonMs + 4 * minuteMs, toMs: noonMs + 6 * minuteMs },
      ["from-3", legacy.session],
    ],
    ["those of an entry", { entry: 9 }, ["from-3", legacy.session]],
  ];
  it.each(table)("are found: %s", (_what, query, ids) => {
    expect(of(index, query).map(({ id }) => id)).toEqual(ids);
  });

  it("are told a page at a time", () => {
    const first = index.sessions.find({}, null, Number.MAX_SAFE_INTEGER, 3);
    expect(first.sessions).toHaveLength(3);
    expect(index.sessions.find({}, null, first.next ?? 0, 3).sessions.map(({ id }) => id)).toEqual([legacy.session]);
  });

  it("never take an id that another was made for", () => {
    const named = indexOf([
      [0, "call.request", request("c1")],
      [0, "call.request", request("c2", { ...legacy, session: "from-0" })],
      [0, "call.request", request("c3", { ...legacy, session: "../../etc" })],
    ]);
    expect(of(named).map(({ id }) => id)).toEqual(["from-2", "from-1", "from-0"]);
  });
});
