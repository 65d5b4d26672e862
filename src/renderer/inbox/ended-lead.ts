import type { ApprovalView } from "../../shared/approval.ts";
import { words } from "../words.ts";

/** How a request stands, in a sentence; `who` is who decided, if anybody. */
export function leadOf({ state, decision, matching }: ApprovalView, who: string): string {
  if (state === "denied" && decision === null && matching) return words.number.locked(matching.wrong);
  return words.decided.lead[state](who === "" ? words.decided.approver : who);
}
