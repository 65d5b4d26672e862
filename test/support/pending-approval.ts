import type { ApprovalRecord } from "../../src/gateway/store/store.ts";
import type { PrincipalView } from "../../src/shared/principal.ts";

const risks = ["low", "medium", "high", "critical"] as const;

/** The n-th of many pending approvals as the store keeps them: this person's, each with a payload of some twenty lines. */
export function pendingApproval(n: number, requester: PrincipalView, nowMs: number): Omit<ApprovalRecord, "revision"> {
  const fields = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`field_${at}`, `value ${n} ${at}`]));
  return {
    id: `apr_${n}`,
    state: "pending",
    requester,
    client: { name: "bench", version: "1" },
    device: null,
    connection: `target-${n % 10}`,
    tool: `tool_${n}`,
    description: "Changes fields of one record.",
    annotations: null,
    fingerprint: "f".repeat(43),
    payload: { arguments: fields, hidden: [] },
    argumentsDigest: "a".repeat(43),
    rule: { name: "held", version: "1", why: "Looked at." },
    risk: risks[n % risks.length] ?? "low",
    approvers: ["approvers"],
    steps: [{ approvers: ["approvers"], need: "any" }],
    decisions: [],
    wrongNumbers: [],
    createdAtMs: nowMs - n,
    expiresAtMs: nowMs + 3_600_000 + n * 1000,
    reuseUntilMs: null,
    decision: null,
    outcome: null,
    // Of a hundred people: one may not have so many waiting, nor any more beside them.
    person: `person-${n % 100}`,
    lookup: `apr_${n}`,
  };
}
