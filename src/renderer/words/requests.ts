import type { ApprovalState } from "../../shared/approval.ts";
import { count } from "./count.ts";

export const requests = {
  list: "Your requests",
  listbox: "Your requests, the newest first",
  note: (waiting: number) =>
    waiting === 0 ? "None waits for approval" : `${count(waiting, "waits", "wait")} for approval`,
  ofService: "A call of a service that you answer for: ",
  older: "Older ones: History",
  back: "All my requests",
  option: (tool: string, connection: string, risk: string, state: string) =>
    `${tool} on ${connection}, ${risk}, ${state}`,
  optionUntil: (time: string) => `Denied at ${time} unless decided`,
  emptyTitle: "None of your calls is held",
  empty: "A call that a rule holds for approval shows here while it waits, with how it ended.",
  emptyOffline: "As last seen. What waits now shows when the gateway is back.",
  /** The end of the title's sentence: “write_file on files waits for approval”. */
  is: {
    pending: " waits for approval",
    approved: " is approved",
    claimed: " is running",
    executed: " ran",
    failed: " failed",
    unknown: ": outcome unknown",
    lapsed: " was approved, but not run",
    denied: " was denied",
    expired: " was not decided in time",
    withdrawn: " is withdrawn",
  } satisfies Record<ApprovalState, string>,
  nextTitle: "What next",
  next: {
    pending:
      "Your MCP client waits as long as it can. If it stops waiting, the request stays open: make the identical call again to pick up the decision.",
    approved: "If your MCP client no longer waits, make the identical call again: it runs once, without a new request.",
    claimed: "Its answer goes to your MCP client.",
    executed: "If the answer did not arrive, make the identical call again soon: it is answered, and not run again.",
    failed: "Read what the server said, mend the call, then call again to ask again.",
    unknown: "Look at the server whether the call took effect before you repeat it.",
    lapsed: "Call again to ask again.",
    denied: "Read the reason. Change the call, or talk to who denied it, before you ask again.",
    expired: "Call again to ask again, when somebody who can decide is there.",
    withdrawn: "Call again to ask again.",
  } satisfies Record<ApprovalState, string>,
  who: "Who can decide",
  missing: (people: number) => (people === 0 ? "complete" : `${count(people, "more person", "more people")} needed`),
  notOpen: "opens after the step before",
  shown: "What approvers see",
  shownNote: "Masked at the gateway. Your real values stay with your call and are never stored.",
  withdraw: "Withdraw",
  withdrawAsk: "Withdraw…",
  withdrawSure: "Withdraw for good",
  keep: "Keep it",
  withdrawing: "Withdrawing.",
  final: "Withdrawing ends the request. It cannot be undone; call again to ask again.",
  loses: (have: number) =>
    `${count(have, "approval is", "approvals are")} given already and would be lost. It cannot be undone.`,
  losesApproved: "It is approved already. Withdrawn, it does not run. It cannot be undone.",
  cannot: "There is nothing left to withdraw.",
  running: "It runs: it can no longer be withdrawn.",
  notWithdrawn: "Not withdrawn.",
  waitOffline: "Withdraw when the gateway is back.",
} as const;
