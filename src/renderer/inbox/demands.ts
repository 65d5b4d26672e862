import { needsReason, type ApprovalView } from "../../shared/approval.ts";
import { isBlank } from "../../shared/visible.ts";

/** What an approval still lacks; the button says it. */
export type Missing = "number" | "reason" | "authenticator";

/** Whether the requester's number has to be named. */
export function needsNumber({ matching }: Pick<ApprovalView, "matching">): boolean {
  return matching !== undefined && matching !== null;
}

/** The key that approves, as `aria-keyshortcuts` names it: the riskier, the less within reach; critical has none. */
export function approvingKey({ risk }: Pick<ApprovalView, "risk">): "A" | "Control+Enter" | null {
  if (risk === "critical") return null;
  return risk === "high" ? "Control+Enter" : "A";
}

/** The first thing that an approval lacks, or null where it may be sent. */
export function missingIn(approval: ApprovalView, reason: string, number: string): Missing | null {
  // This console is a window: what asks for more is not approved here.
  if (approval.rule.presence === "authenticator") return "authenticator";
  if (needsNumber(approval) && number.length !== 2) return "number";
  if (needsReason(approval) && isBlank(reason)) return "reason";
  return null;
}
