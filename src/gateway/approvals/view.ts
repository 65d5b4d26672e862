import type { ApprovalView, StepView } from "../../shared/approval.ts";
import { openStep } from "../../shared/approval-steps.ts";
import type { Principal } from "../identity/principal.ts";
import type { ApprovalRecord } from "../store/store.ts";
import { matchingOf, type KeyedDigest } from "./number.ts";
import { hasDecided, relationOf, seersOf } from "./seers.ts";
import { bringsFurther, isMember, stepViews } from "./steps.ts";

/** The approval as this principal may see it, or null: then it doesn't exist for them. */
export function viewFor(principal: Principal, record: ApprovalRecord, keyed: KeyedDigest): ApprovalView | null {
  const relation = relationOf(principal, seersOf(record));
  return relation === null ? null : viewAs(principal, record, relation, keyed);
}

/** The approval as this principal sees it, who stands so to it. */
export function viewAs(
  principal: Principal,
  record: ApprovalRecord,
  relation: ApprovalView["relation"],
  keyed: KeyedDigest,
): ApprovalView {
  const steps = stepViews(record);
  const {
    person: _person,
    lookup: _lookup,
    place: _place,
    via,
    decisions: _decisions,
    wrongNumbers: _wrong,
    ...visible
  } = record;
  const matching = matchingOf(keyed, record, relation);
  const standing = standingOf(principal, record, relation, steps);
  // What somebody calls the programs of their machine is nobody else's to read.
  const own = relation === "requester" && via !== undefined ? { via } : {};
  return { ...visible, ...own, matching, steps, relation, standing };
}

/** Whether this principal may see the approval at all. */
export function isVisible(principal: Principal, record: ApprovalRecord): boolean {
  return relationOf(principal, seersOf(record)) !== null;
}

function standingOf(
  principal: Principal,
  record: ApprovalRecord,
  relation: ApprovalView["relation"],
  steps: readonly StepView[],
): ApprovalView["standing"] {
  if (record.state !== "pending" || relation !== "approver") return "none";
  if (hasDecided(principal, record)) return "decided";
  const open = steps[openStep({ steps }) - 1];
  if (open === undefined || !isMember(principal, open)) return "not-their-step";
  return bringsFurther(open, principal) ? "decide" : "deny";
}
