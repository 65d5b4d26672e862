import type { Presence } from "../../shared/approval.ts";
import { CountersignError } from "../../shared/errors.ts";
import type { Principal } from "../identity/principal.ts";
import type { ApprovalRecord, Writes } from "../store/store.ts";
import { checkDecision, type SignedDecision } from "./decision.ts";
import { move, viewOf } from "./records.ts";
import { mayDecide } from "./view.ts";

/** What a decision is checked against besides the approval itself. */
export interface DecisionTerms {
  /** The gateway's origin, part of every decision. */
  readonly gateway: string;
  readonly now: () => number;
  readonly reuseMs: () => number;
  /** The person behind a principal's id by today's `identities:`. */
  readonly personOf: (id: string) => string;
  /** The version of the named rule in today's policy, if it still is there. */
  readonly ruleVersion: (name: string) => string | undefined;
}

/** Checks a signed decision in the order of docs/protocol.md and records it; the first check that fails throws its code. */
export function recordDecision(
  writes: Writes,
  terms: DecisionTerms,
  principal: Principal,
  id: string,
  signed: SignedDecision,
): ApprovalRecord {
  const nowMs = terms.now();
  const record = writes.approvals.get(id);
  if (record === undefined) throw new CountersignError("not_found", "There is no such request.");
  if (record.decisionJws === signed.jws) return record;
  refuseDecider(record, principal, terms.personOf(record.requester.id));
  refuseState(record, nowMs);
  checkDecision(signed.payload, record, terms.gateway, nowMs);
  if (terms.ruleVersion(record.rule.name) !== record.rule.version) {
    const message = "The rule that held this call has changed. The call must be made again.";
    throw new CountersignError("rule_changed", message);
  }
  const { verdict, reason, presence } = signed.payload;
  if (verdict === "approve") refuseLightly(record, reason, presence);
  const approve = verdict === "approve";
  return move(writes, record, {
    state: approve ? "approved" : "denied",
    decision: { verdict, reason, by: viewOf(principal), device: signed.device.id, presence, atMs: nowMs },
    decisionJws: signed.jws,
    reuseUntilMs: approve ? nowMs + terms.reuseMs() : null,
  });
}

/** What the rule asks of an approval beyond the signature. To deny is always free. */
function refuseLightly({ rule }: ApprovalRecord, reason: string, presence: Presence): void {
  if (presences.indexOf(presence) < presences.indexOf(rule.presence ?? "cli")) {
    const message = `This request is approved with presence ${rule.presence} at least, not ${presence}.`;
    throw new CountersignError("presence_too_weak", message);
  }
  if (rule.requireReason === true && reason.trim() === "") {
    throw new CountersignError("reason_required", "This request is approved only with a reason.");
  }
}

/** From the weakest to the strongest. */
const presences: readonly Presence[] = ["cli", "window", "authenticator"];

/** `person` is the requester by today's identities, which a reload may have joined or parted since the call was held. */
function refuseDecider(record: ApprovalRecord, principal: Principal, person: string): void {
  if ([record.person, person].includes(principal.person) || record.requester.id === principal.id) {
    throw new CountersignError("self_approval", "Nobody decides on their own call.");
  }
  if (!mayDecide(principal, record)) {
    throw new CountersignError("not_approver", `Only members of ${record.approvers.join(", ")} decide this request.`);
  }
}

function refuseState(record: ApprovalRecord, nowMs: number): void {
  if (record.state === "expired" || (record.state === "pending" && record.expiresAtMs <= nowMs)) {
    throw new CountersignError("expired", "Nobody decided in time; the call was denied. Nothing was run.");
  }
  if (record.state !== "pending") {
    throw new CountersignError("already_decided", `This request is no longer pending: it is ${record.state}.`);
  }
}
