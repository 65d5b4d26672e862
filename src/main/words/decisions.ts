import type { ApprovalState, Verdict } from "../../shared/approval.ts";

/** What is told of a decision that was clicked in a notification; names come ready to be shown. */
export const decisions = {
  held: (verdict: Verdict, tool: string, seconds: number) =>
    `${verdict === "approve" ? "Approving" : "Denying"} ${tool} in ${seconds} s`,
  notSent: "Nothing has been sent yet.",
  heldUnnamed: "A decision is about to be sent",
  undo: "Undo",
  open: "Open",
  nothingSent: (tool: string, connection: string) => `Nothing was sent: ${tool} on ${connection}`,
  notRecorded: (tool: string, connection: string) => `Not recorded: ${tool} on ${connection}`,
  unnamed: "A decision was not recorded",
  slept: "This computer slept meanwhile. The request shows how it stands.",
  others: "The decision of others came first.",
  first: {
    pending: () => "Others have decided this step first.",
    approved: (who) => `${who} approved it first.`,
    claimed: (who) => `${who} approved it first.`,
    executed: (who) => `${who} approved it first.`,
    failed: (who) => `${who} approved it first.`,
    unknown: (who) => `${who} approved it first.`,
    lapsed: (who) => `${who} approved it first.`,
    denied: (who) => `${who} denied it first.`,
    expired: () => "Its time was up first. Nothing was run.",
    withdrawn: () => "Its requester took it back first. Nothing was run.",
  } satisfies Record<ApprovalState, (who: string) => string> as Record<ApprovalState, (who: string) => string>,
  somebody: "Another approver",
  failed: (verdict: Verdict, tool: string, connection: string) =>
    `${verdict === "approve" ? "Not approved" : "Not denied"}: ${tool} on ${connection}`,
  unanswered: (tool: string, connection: string) => `Not known whether recorded: ${tool} on ${connection}`,
  unansweredBody: "The gateway did not answer in time. The request shows how it stands.",
} as const;
