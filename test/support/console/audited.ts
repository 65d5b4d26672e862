import type { AuditEntry } from "../../../src/shared/audit-entry.ts";
import type { AuditLine, AuditPage, EntryFacts } from "../../../src/shared/audit-search.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import type { ConsoleServer } from "./server.ts";
import { approver, engineer } from "./states.ts";

/** What an entry says that says nothing of who, on what or how. */
export const noFacts: EntryFacts = {
  principal: null,
  name: null,
  principalKind: null,
  by: null,
  connection: null,
  method: null,
  tool: null,
  rule: null,
  effect: null,
  outcome: null,
  risk: null,
  client: null,
  device: null,
  address: null,
  session: null,
  call: null,
  approval: null,
  ms: null,
  bytes: null,
};

const names = { [engineer.id]: engineer.name, [approver.id]: approver.name, "demo:nightly": "nightly-report" };

const tools = [
  ["read_file", "reports-share", null, "ok"],
  ["update_customer", "crm-production", "high", "ok"],
  ["drop_table", "warehouse-eu", "critical", "denied"],
  ["run_query", "warehouse-eu", "medium", "error"],
  ["get_customer", "crm-production", null, "ok"],
] as const;

/** A call of its own number: what it left in the ledger, newest first. */
function callLines(n: number): readonly AuditLine[] {
  const [tool, connection, risk, outcome] = tools[n % tools.length] ?? tools[0];
  const isService = n % 4 === 3;
  const atMs = Date.now() + 90_000 - n * 1_900_000;
  const about: EntryFacts = {
    ...noFacts,
    principal: isService ? "demo:nightly" : engineer.id,
    name: isService ? "nightly-report" : engineer.name,
    principalKind: isService ? "service" : "user",
    connection,
    method: "tools/call",
    tool,
    rule: risk === null ? "reads" : "changes",
    effect: risk === null ? "allow" : "approve",
    client: isService ? null : "Cursor",
    device: isService ? null : "dev_Qb77",
    address: "10.20.0.14",
    session: "ses_Xk21",
    call: `cal_${n}`,
  };
  const held = { ...about, risk, approval: `apr_${n}` };
  const wasDenied = outcome === "denied";
  const all: readonly (readonly [string, EntryFacts])[] = [
    ["call.request", about],
    ...(risk === null
      ? []
      : ([
          ["approval.pending", { ...held, outcome: "pending" }],
          [
            wasDenied ? "approval.denied" : "approval.approved",
            { ...held, by: approver.id, outcome: wasDenied ? "denied" : "approved" },
          ],
        ] as const)),
    ["call.response", { ...(risk === null ? about : held), outcome, ms: wasDenied ? 0 : 43, bytes: 2140 }],
  ];
  return all
    .map(([kind, facts], at): AuditLine => ({ entry: 48_213 - n * 5 + at, atMs: atMs + at * 4000, kind, facts }))
    .toReversed();
}

const asked: JsonObject = {
  params: {
    name: "update_customer",
    arguments: {
      customer_id: "cus_88213",
      person: { ssn: "•••••••1120" },
      payout: { currency: "EUR", limit_cents: 250000 },
    },
  },
  hidden: [{ path: ["arguments", "person", "ssn"], kind: "ssn" }],
  rule: { name: "changes", version: "9f2c41ab" },
};
const answered: JsonObject = {
  outcome: "ok",
  response: { result: { content: [{ type: "text", text: "Customer cus_88213 of •••• •••••• updated." }] } },
  hidden: [{ path: ["content", 0, "text"], kind: "name" }],
};

function entryOf(line: AuditLine): AuditEntry {
  const { entry, atMs, kind, facts } = line;
  const n = Number(facts.call?.slice(4) ?? 0);
  return {
    ...line,
    leaf: JSON.stringify({ atMs, body: "Zk1hbnkgd29yZHMgYXJlIGhpZGRlbiBoZXJlIHNvIGl0", kind, seq: entry, v: 1 }),
    leafHash: "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
    body: { state: "whole", value: kind === "call.response" ? answered : asked },
    together: [...callLines(n)].toReversed(),
    checkpoint: { size: 48_384, root: "Q1NVWWFwR0dQbzRka01nSUFVcW9tL1hhamo3aDJmQjI=" },
    names,
  };
}

/** Answers what a console asks of the ledger from so many crafted calls, as the gateway does. */
export function answerAudit(server: ConsoleServer, calls: number, change: Partial<AuditPage> = {}): void {
  const lines = Array.from({ length: calls }, (_, n) => callLines(n)).flat();
  server.answer("audit.search", ({ before, limit, tool, connection, service, call, kind, outcome }) => {
    const found = lines.filter(
      ({ entry, kind: is, facts }) =>
        (typeof before !== "number" || entry < before) &&
        (tool === undefined || facts.tool === tool) &&
        (connection === undefined || facts.connection === connection) &&
        (service === undefined || facts.name === service || facts.principal === service) &&
        (call === undefined || facts.call === call) &&
        (outcome === undefined || facts.outcome === outcome) &&
        (kind === undefined || is === kind),
    );
    const page = found.slice(0, Number(limit));
    const next = page.length < found.length ? (page.at(-1)?.entry ?? null) : null;
    const value: AuditPage = { lines: page, next, indexed: 48_214, entries: 48_214, names, ...change };
    return { ok: true, value };
  });
  server.answer("audit.entry", ({ entry }) => {
    const line = lines.find((each) => each.entry === entry);
    if (line === undefined) return { ok: false, error: { code: "not_found", message: "" } };
    return { ok: true, value: entryOf(line) };
  });
}
