import type { ApprovalView } from "../../shared/approval.ts";
import type { Principal } from "../identity/principal.ts";
import type { ApprovalRecord } from "../store/store.ts";

/** What a principal is to an approval, or null: then it doesn't exist for them. */
function relationTo(principal: Principal, record: ApprovalRecord): ApprovalView["relation"] | null {
  if (record.person === principal.person) return "requester";
  if (mayDecide(principal, record)) return "approver";
  return principal.roles.length > 0 ? "observer" : null;
}

export function mayDecide(principal: Principal, record: ApprovalRecord): boolean {
  return principal.groups.some((group) => record.approvers.includes(group));
}

/** The approval as this principal may see it, or null. */
export function viewFor(principal: Principal, record: ApprovalRecord): ApprovalView | null {
  const relation = relationTo(principal, record);
  if (relation === null) return null;
  const { person: _person, lookup: _lookup, decisionJws: _jws, ...visible } = record;
  return { ...visible, relation };
}
