import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, it } from "vitest";
import { SearchIndex } from "../../../src/gateway/search/search-index.ts";
import type { AuditQuery } from "../../../src/shared/audit-search.ts";
import type { JsonObject } from "../../../src/shared/json.ts";

const noonMs = Date.UTC(2026, 10, 20, 12);
const erin = { id: "corp:1", kind: "user", name: "Erin Engineer", state: "s1" };
const nightly = { id: "corp:9", kind: "service", name: "nightly-report", state: "s2" };

/** An index over entries of these kinds and bodies, a minute apart. */
function indexOf(entries: readonly (readonly [kind: string, body: JsonObject | null, atMs?: number])[]): SearchIndex {
  const db = new DatabaseSync(":memory:");
  opened.push(db);
  const index = new SearchIndex(db);
  index.put(
    entries.map(([kind, body, atMs = null], seq) => ({
      seq,
      leaf: JSON.stringify({ atMs: atMs ?? noonMs + seq * 60_000, body: "", kind, seq, v: 1 }),
      body: body === null ? null : JSON.stringify(body),
    })),
  );
  return index;
}

const opened: DatabaseSync[] = [];
afterAll(() => opened.forEach((db) => db.close()));

function request(call: string, principal: JsonObject, name: string, params: JsonObject = {}): [string, JsonObject] {
  const about = { connection: "crm", era: "modern", method: "tools/call", effect: "allow", address: "127.0.0.1" };
  const client = { name: "Cursor", version: "2.3" };
  const rule = { name: "reads", version: "1" };
  return ["call.request", { call, principal, name, params, client, rule, session: "ses_1", device: "dev_1", ...about }];
}

function response(call: string, answer: string, outcome = "ok"): [string, JsonObject] {
  return ["call.response", { call, outcome, ms: 3, bytes: 40, response: { result: { content: [{ text: answer }] } } }];
}

const log = indexOf([
  ["principal.seen", { state: "s1", id: erin.id, kind: "user", name: erin.name, ...nobody() }],
  ["principal.seen", { state: "s2", id: nightly.id, kind: "service", name: nightly.name, ...nobody() }],
  request("c1", erin, "get_customer", { arguments: { id: "cus_88213", note: "first line\nnext" } }),
  response("c1", "Åsa Lindgren of Blåbär AB, balance 250000"),
  request("c2", nightly, "get_customer", { arguments: { id: "cus_7" } }),
  response("c2", "quarterly figures"),
  request("c3", erin, "drop_table"),
  ["approval.pending", { approval: "apr_1", principal: erin.id, connection: "crm", tool: "drop_table", risk: "high" }],
  ["decision.recorded", { approval: "apr_1", principal: erin.id, by: "corp:5", decision: "…" }],
  ["approval.denied", { approval: "apr_1", principal: erin.id, by: "corp:5" }],
  ["call.response", { call: "c3", outcome: "denied", ms: 0, bytes: 10, approval: "apr_1" }],
  [
    "call.refused",
    { call: "c4", principal: erin, connection: "crm", name: "wipe", method: "tools/call", code: -32003 },
  ],
  ["call.request", null],
  ["some.later_kind", { text: "of a newer gateway" }],
]);

function nobody(): JsonObject {
  return { groups: [], issuer: "https://idp", roles: [], assurance: null };
}

function entries(query: AuditQuery, index = log): readonly number[] {
  return index.find(query, Number.MAX_SAFE_INTEGER, 100).lines.map(({ entry }) => entry);
}

describe("a search in the ledger", () => {
  const table: readonly [string, AuditQuery, readonly number[]][] = [
    ["everything, newest first", {}, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]],
    ["who used this tool, by name", { person: "erin", tool: "get_customer" }, [3, 2]],
    ["who used this tool, by id", { person: "corp:1", tool: "drop_table" }, [10, 9, 8, 7, 6]],
    ["what was returned to this service", { service: "nightly", kind: "call.response" }, [5]],
    ["a service is no person", { person: "nightly-report" }, []],
    ["a person is no service", { service: "corp:1" }, []],
    ["what a person decided, who called nothing", { person: "corp:5" }, [9, 8]],
    ["nobody of this name", { person: "nobody" }, []],
    ["how it ended", { outcome: "denied" }, [10, 9]],
    ["what was refused", { outcome: "refused" }, [11]],
    ["the risk of all that belongs to a held call", { risk: "high" }, [10, 9, 8, 7]],
    ["a whole call", { call: "c1" }, [3, 2]],
    ["a whole approval", { approval: "apr_1" }, [10, 9, 8, 7]],
    ["words of an answer, whatever their case and accents", { text: "asa BLABAR" }, [3]],
    ["a word behind a line's end", { text: "next" }, [2]],
    ["words that stand side by side", { text: '"quarterly figures"' }, [5]],
    ["words that don't stand side by side", { text: '"figures quarterly"' }, []],
    ["the beginning of a word", { text: "quart*" }, [5]],
    ["not a part of a word", { text: "quart" }, []],
    ["a name with its signs", { text: "cus_88213" }, [2]],
    ["text and facts together", { text: "balance", person: "erin", connection: "crm" }, [3]],
    ["nothing that looks like syntax", { text: 'NOT balance OR ") AND (facts : *' }, []],
    ["signs alone, which are no words", { text: '"" * -- ()', call: "c2" }, [5, 4]],
    ["from a time on", { fromMs: noonMs + 11 * 60_000 }, [13, 12, 11]],
    ["before a time", { toMs: noonMs + 2 * 60_000 }, [1, 0]],
    ["a kind that this version does not know, by its words", { text: "newer" }, [13]],
  ];
  it.each(table)("finds %s", (_what, query, wanted) => {
    expect(entries(query)).toEqual(wanted);
  });

  it("says of an answer whose it is, and of each entry how it ended itself", () => {
    const [line] = log.find({ call: "c1", kind: "call.response" }, 100, 1).lines;
    expect(line?.facts).toMatchObject({
      principal: "corp:1",
      name: "Erin Engineer",
      principalKind: "user",
      connection: "crm",
      tool: "get_customer",
      rule: "reads",
      effect: "allow",
      outcome: "ok",
      client: "Cursor",
      session: "ses_1",
      ms: 3,
      bytes: 40,
    });
    const [asked] = log.find({ call: "c1", kind: "call.request" }, 100, 1).lines;
    expect(asked?.facts).toMatchObject({ outcome: null, ms: null });
  });

  it("goes on where a page ended", () => {
    const first = log.find({ connection: "crm" }, Number.MAX_SAFE_INTEGER, 4);
    expect(first.lines.map(({ entry }) => entry)).toEqual([11, 10, 9, 8]);
    const second = log.find({ connection: "crm" }, first.next ?? 0, 100);
    expect(second.lines.map(({ entry }) => entry)).toEqual([7, 6, 5, 4, 3, 2]);
    expect(second.next).toBeNull();
  });

  it("finds by time what a clock that was set back recorded", () => {
    const hour = 3_600_000;
    const back = indexOf([
      ["gateway.started", { origin: "a" }, noonMs],
      ["gateway.started", { origin: "b" }, noonMs + 5 * hour],
      ["gateway.started", { origin: "c" }, noonMs + hour],
      ["gateway.started", { origin: "d" }, noonMs + 6 * hour],
    ]);
    expect(entries({ fromMs: noonMs + hour, toMs: noonMs + 2 * hour }, back)).toEqual([2]);
    expect(entries({ fromMs: noonMs + 5 * hour }, back)).toEqual([3, 1]);
  });
});
