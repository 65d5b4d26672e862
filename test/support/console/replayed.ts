import type { EntryFacts } from "../../../src/shared/audit-search.ts";
import type { Moment, SessionPart, SessionView } from "../../../src/shared/audit-sessions.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { factsOf } from "../../../src/gateway/audit/entry-facts.ts";
import { KnownCalls } from "../../../src/gateway/audit/known-calls.ts";
import type { ConsoleServer } from "./server.ts";
import { approver, engineer } from "./states.ts";

const beganMs = Date.now() - 3_600_000;
const rule = { name: "changes", version: "9f2c41ab" };
const about = {
  principal: { id: engineer.id, kind: "user", name: engineer.name },
  client: { name: "Cursor", version: "2.3" },
  device: "dev_Qb77",
  connection: "crm-production",
  era: "legacy",
  session: "7d0a5e1c-7f1e-4c1b-9c55-6f6ff0a1d0a2",
  method: "tools/call",
  address: "10.20.0.14",
};

const jws = (payload: JsonObject): string =>
  [{ kid: "dev_5Yt1" }, payload].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
const decided = (verdict: string, reason: string) => ({
  by: approver.id,
  step: 1,
  decision: `${jws({ verdict, reason, presence: "window" })}.sig`,
});

function asks(call: string, name: string, args: JsonObject, change: JsonObject = {}): JsonObject {
  return { ...about, call, name, effect: "allow", rule, params: { name, arguments: args }, hidden: [], ...change };
}

function answers(call: string, text: string, change: JsonObject = {}): JsonObject {
  const response = { result: { content: [{ type: "text", text }] } };
  return { call, outcome: "ok", ms: 43, bytes: 2140, response, hidden: [], ...change };
}

const payout = (limit: number) => ({
  customer_id: "cus_88213",
  person: { ssn: "•••••••1120" },
  payout: { currency: "EUR", limit_cents: limit },
});
const ssn = { hidden: [{ path: ["arguments", "person", "ssn"], kind: "ssn" }], effect: "approve" };
const held = (approval: string, call: string, limit: number): JsonObject => ({
  approval,
  call,
  tool: "update_customer",
  connection: "crm-production",
  risk: "high",
  rule,
  payload: { arguments: payout(limit), hidden: [{ path: ["person", "ssn"], kind: "ssn" }] },
});

/** One session with all that there can be in it: lists, answers, two held calls of which one is denied, a failure, a refusal, a long pause. */
const entries: readonly (readonly [afterMs: number, kind: string, body: JsonObject])[] = [
  [0, "session.opened", { session: about.session, principal: engineer.id, connection: "crm-production" }],
  [2, "call.request", { ...about, call: "c0", method: "initialize", name: null, effect: "protocol", params: {} }],
  [40, "call.response", { call: "c0", outcome: "ok", ms: 37, bytes: 812 }],
  [2_400, "call.request", asks("c1", "get_customer", { customer_id: "cus_88213" })],
  [2_460, "call.response", answers("c1", "Customer cus_88213: payout limit EUR 1,500.00")],
  [4_100, "call.request", asks("c2", "update_customer", payout(250_000), ssn)],
  [4_110, "approval.pending", held("a2", "c2", 250_000)],
  [94_300, "approval.approved", { ...held("a2", "c2", 250_000), ...decided("approve", "Matches PAY-2214") }],
  [94_310, "approval.claimed", { approval: "a2" }],
  [94_380, "call.response", answers("c2", "Customer cus_88213 updated.", { approval: "a2" })],
  [94_381, "approval.executed", { approval: "a2", outcome: "The target answered." }],
  [97_000, "call.request", asks("c3", "run_report", { quarter: "2026-Q3", top: 20 })],
  [99_900, "call.response", answers("c3", "Report service timed out", { outcome: "error", ms: 2_890 })],
  [
    101_000,
    "call.refused",
    asks(
      "c4",
      "drop_table",
      { table: "customers" },
      { effect: "deny", message: "Nothing is dropped through an agent." },
    ),
  ],
  [104_000, "call.request", asks("c5", "update_customer", payout(900_000), ssn)],
  [104_008, "approval.pending", held("a5", "c5", 900_000)],
  [150_000, "approval.denied", { ...held("a5", "c5", 900_000), ...decided("deny", "Above what PAY-2214 allows") }],
  [
    150_004,
    "call.response",
    answers("c5", "", {
      approval: "a5",
      outcome: "denied",
      ms: 0,
      response: { error: { code: -32051, message: "Denied by Avery Approver (approvers). Nothing was run." } },
    }),
  ],
  [
    160_000,
    "session.closed",
    { session: about.session, principal: engineer.id, connection: "crm-production", why: "idle" },
  ],
];

function moments(): readonly Moment[] {
  const known = new KnownCalls();
  return entries.map(([afterMs, kind, body], at) => {
    const facts: EntryFacts = /^(?:call|approval)/.test(kind) ? known.take(kind, body) : factsOf(kind, body);
    return { entry: 48_100 + at * 2, atMs: beganMs + afterMs, kind, facts, body: { state: "whole", value: body } };
  });
}

const first: SessionView = {
  id: about.session,
  principal: engineer.id,
  name: engineer.name,
  principalKind: "user",
  device: "dev_Qb77",
  via: "cursor",
  client: "Cursor",
  connection: "crm-production",
  era: "legacy",
  first: 48_100,
  last: 48_136,
  fromMs: beganMs,
  toMs: beganMs + 160_000,
  entries: entries.length,
  calls: 5,
  held: 2,
  denied: 2,
  failed: 1,
};

const others: readonly Partial<SessionView>[] = [
  {
    id: "from-48002",
    client: "claude-code",
    via: "claude",
    connection: "reports-share",
    calls: 41,
    held: 0,
    denied: 0,
    failed: 0,
  },
  {
    id: "from-47810",
    client: null,
    via: null,
    principal: "demo:nightly",
    name: "nightly-report",
    principalKind: "service",
    connection: "warehouse-eu",
    calls: 312,
    held: 0,
    denied: 0,
    failed: 3,
  },
  {
    id: "from-47655",
    client: "Visual Studio Code",
    via: "vscode",
    name: "Omar Ops",
    connection: "crm-production",
    calls: 8,
    held: 1,
    denied: 1,
    failed: 0,
  },
];

/** The first session whole. */
export function replayedSession(): SessionPart {
  const names = { [engineer.id]: engineer.name, [approver.id]: approver.name };
  return { session: first, moments: [...moments()], next: null, names };
}

/** Answers what a console asks of sessions, as the gateway does. */
export function answerSessions(server: ConsoleServer): void {
  const sessions = [
    first,
    ...others.map((other, at) => ({
      ...first,
      ...other,
      fromMs: beganMs - (at + 1) * 7_000_000,
      toMs: beganMs - (at + 1) * 6_900_000,
    })),
  ];
  server.answer("sessions.list", ({ person, connection, had, entry }) => {
    const found = sessions.filter(
      (session) =>
        (typeof person !== "string" || session.name?.toLowerCase().includes(person.toLowerCase()) === true) &&
        (connection === undefined || session.connection === connection) &&
        (had === undefined || session[had as "held"] > 0) &&
        (typeof entry !== "number" || (session.id === first.id && entry >= session.first && entry <= session.last)),
    );
    return { ok: true, value: { sessions: found, next: null, indexed: 48_214, entries: 48_214 } };
  });
  server.answer("sessions.show", ({ id, after }) => {
    const session = sessions.find((each) => each.id === id);
    if (session === undefined) return { ok: false, error: { code: "not_found", message: "" } };
    const whole = replayedSession();
    const rest = whole.moments.filter(({ entry }) => typeof after !== "number" || entry > after);
    return { ok: true, value: { ...whole, session, moments: rest } };
  });
}
