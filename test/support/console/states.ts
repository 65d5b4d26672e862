import type { ApprovalView } from "../../../src/shared/approval.ts";
import type { ConsoleState } from "../../../src/shared/console.ts";
import type { PrincipalView } from "../../../src/shared/principal.ts";

/** What the gateway's clock is ahead of this machine's in crafted states. */
const aheadMs = 90_000;

export const approver: PrincipalView = {
  id: "demo:ada",
  kind: "user",
  name: "Ada Approver",
  groups: ["security-approvers"],
};
export const engineer: PrincipalView = {
  id: "demo:erin",
  kind: "user",
  name: "Erin Engineer",
  groups: ["engineers", "crm-writers"],
};
const nightly: PrincipalView = { id: "demo:nightly", kind: "service", name: "nightly-report", groups: [] };

/** A signed-in approver, online, with these approvals. */
export function signedIn(approvals: readonly ApprovalView[], change: Partial<ConsoleState> = {}): ConsoleState {
  return {
    gateway: {
      origin: "https://gateway.northwind.example",
      link: "online",
      sinceMs: Date.now() - 3_600_000,
      nextTryAtMs: null,
      trouble: null,
      clockOffsetMs: aheadMs,
    },
    session: { state: "signed-in", account: approver, device: "dev_5Yt1" },
    roles: [],
    signInAsked: null,
    ledger: null,
    pause: null,
    secrets: { place: "keychain", why: null },
    desktop: null,
    provider: { kind: "oidc", issuer: "http://127.0.0.1:9400" },
    tunnel: { state: "open", port: 7316, addresses: ["127.0.0.1:7316", "[::1]:7316"] },
    connections: [
      connection("crm-production", { name: "customers", version: "4.1" }, "ready", "http"),
      connection("files", { name: "secure-filesystem-server", version: "2026.8.31" }, "ready", "stdio"),
      connection("memory", null, "unknown", "stdio"),
      connection("warehouse-eu", { name: "SQL over MCP", version: "0.9" }, "failed", "http"),
    ],
    approvals: [...approvals],
    sending: [],
    looking: [],
    traffic: { sinceMs: Date.now() - 3_600_000, lines: [], troubles: [] },
    grants: [],
    devices: [],
    clients: [
      { id: "c1", name: "Cursor", createdAtMs: Date.now() - 86_400_000 * 9, lastUsedAtMs: Date.now() - 120_000 },
      { id: "c2", name: "Claude Code", createdAtMs: Date.now() - 86_400_000 * 2, lastUsedAtMs: null },
    ],
    ...change,
  };
}

function connection(
  name: string,
  server: { name: string; version: string } | null,
  state: "ready" | "unknown" | "failed",
  transport: "http" | "stdio",
): ConsoleState["connections"][number] {
  return { name, title: null, transport, server, state, url: `http://127.0.0.1:7316/mcp/${name}` };
}

let revision = 0;

/** A pending approval that expires in `leftMs` by the gateway's clock. */
export function held(change: Partial<ApprovalView> = {}, leftMs = 102_000): ApprovalView {
  const nowMs = Date.now() + aheadMs;
  revision += 1;
  return {
    id: `apr_${revision}`,
    revision,
    state: "pending",
    relation: "approver",
    requester: engineer,
    client: { name: "Cursor", version: "2.3" },
    device: "dev_Qb77",
    connection: "crm-production",
    tool: "update_customer",
    description: "Changes fields of one customer record.",
    annotations: { readOnlyHint: false, idempotentHint: true },
    fingerprint: "f".repeat(43),
    payload: customerPayload,
    argumentsDigest: "a".repeat(43),
    rule: { name: "payout-changes", version: "9f2c41ab", why: "Changes to payout details need an approver." },
    risk: "high",
    matching: change.risk === "critical" ? { number: null, wrong: 0, most: 3 } : null,
    approvers: ["security-approvers"],
    standing: (change.relation ?? "approver") === "approver" ? "decide" : "none",
    steps: [{ approvers: ["security-approvers"], need: "any", approvals: [], missing: 1 }],
    createdAtMs: nowMs - 180_000,
    expiresAtMs: nowMs + leftMs,
    reuseUntilMs: null,
    decision: null,
    outcome: null,
    ...change,
  };
}

function made(by: PrincipalView): ApprovalView["steps"][number]["approvals"][number] {
  return { verdict: "approve", reason: "", by, device: "dev_1", presence: "window", atMs: Date.now() };
}

/** A pending approval of two steps, so many of which are complete: the first by `first`, the second by the reader. */
export function inTwoSteps(
  change: Partial<ApprovalView>,
  complete: 0 | 1 | 2,
  first: PrincipalView = { ...approver, id: "demo:tess", name: "Tess Third" },
): ApprovalView {
  return held({
    approvers: ["security-approvers", "crm-owners"],
    steps: [
      {
        approvers: ["security-approvers"],
        need: "any",
        approvals: complete > 0 ? [made(first)] : [],
        missing: complete > 0 ? 0 : 1,
      },
      {
        approvers: ["crm-owners"],
        need: "all",
        approvals: complete > 1 ? [made(approver)] : [],
        missing: complete > 1 ? 0 : 1,
      },
    ],
    ...change,
  });
}

export const customerPayload: ApprovalView["payload"] = {
  arguments: {
    customer_id: "cus_88213",
    person: { full_name: "•••• ••••••", ssn: "•••••••1120", email: "••••@mail.example" },
    payout: { iban: "••••••••3000", currency: "EUR", limit_cents: 250000, confirmed: false, since: null },
    tags: ["vip", "eu"],
    address: { street: "Lindenweg 4\u200b", lines: [] },
    notes: `Caller asked to move the payout to the account above. ${"The call was checked against the ticket. ".repeat(31)}`,
  },
  hidden: [
    { path: ["person", "full_name"], kind: "field" },
    { path: ["person", "ssn"], kind: "ssn" },
    { path: ["person", "email"], kind: "email" },
    { path: ["payout", "iban"], kind: "field" },
  ],
};

/** A full inbox: every risk, people and a service, soonest expiry first. */
export function fullInbox(): readonly ApprovalView[] {
  const of = (tool: string, connection: string, risk: ApprovalView["risk"], leftMs: number, requester = engineer) =>
    held({ tool, connection, risk, requester, payload: { arguments: { path: "reports/a.md" }, hidden: [] } }, leftMs);
  return [
    of("write_file", "files", "low", 41_000, nightly),
    held(),
    of("delete_branch", "git-main", "critical", 190_000),
    of("read_file", "reports-share", "low", 245_000, nightly),
    of("refund_payment", "payments-ledger", "high", 388_000),
    of("run_query", "warehouse-eu", "medium", 480_000),
    of("grant_role", "identity-admin", "critical", 675_000, nightly),
    of("rotate_key", "vault-staging", "high", 890_000),
    of("restart_service", "edge-proxies", "medium", 3_510_000),
  ];
}

/** So many requests, the soonest expiry first: `tool_0`, `tool_1`, … of every risk on ten connections. */
export function manyHeld(many: number): readonly ApprovalView[] {
  const risks = ["low", "medium", "high", "critical"] as const;
  return Array.from({ length: many }, (_, n) =>
    held(
      { tool: `tool_${n}`, connection: `target-${n % 10}`, risk: risks[n % 4] ?? "low", payload: smallPayload },
      600_000 + n * 1000,
    ),
  );
}

const smallPayload: ApprovalView["payload"] = { arguments: { path: "reports/a.md" }, hidden: [] };
