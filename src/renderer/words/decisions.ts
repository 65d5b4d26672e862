import type { ApprovalState } from "../../shared/approval.ts";
import { count } from "./count.ts";

export const decide = {
  label: "Decision",
  reason: "Reason",
  deny: "Deny",
  approve: "Approve",
  missing: {
    reason: "Approve after a reason",
    number: "Approve after the number",
    authenticator: "Approve with an authenticator",
  },
  approveEqual: (n: number) => `Approve ${n} equal`,
  runs: "One approval is enough: approving runs the call.",
  last: "Yours is the last: approving runs the call.",
  notLast: (more: number) => `${count(more, "more approval", "more approvals")} after yours, then the call runs.`,
  onlyDeny: "Your groups have approved this step already. You can still deny.",
  not: {
    decided: "You have approved. It waits for others.",
    "not-their-step": "The open step is not yours to decide.",
    none: "You can see this request, but not decide it.",
  },
  signIn: (asks: string) => ` Approving takes ${asks}.`,
  authenticator: "Its rule asks for an authenticator; this window is none. You can still deny.",
  equal: (n: number, hidden: number) =>
    `${count(n, "request", "requests")} by the same person show the same${hidden === 0 ? "" : `; ${count(hidden, "hidden value", "hidden values")} of each may differ`}. `,
  offline: "Decide when the gateway is back.",
  signedOut: "Decide after signing in again.",
  lost: "Decide when this page has its link again.",
  waits: "This device may not decide yet: the notice above says what to do.",
  late: "Time is up. The gateway denies it.",
  sending: { approve: "Sending your approval.", deny: "Sending your denial." },
  sendingShort: "Being sent",
  resending: {
    approve: (until: string) =>
      `Not recorded yet: the gateway has not answered. Your approval, as you signed it, is being sent again until ${until}.`,
    deny: (until: string) =>
      `Not recorded yet: the gateway has not answered. Your denial, as you signed it, is being sent again until ${until}.`,
  },
  lateSoon: "It ended before your decision came: how, shows here in a moment.",
  denying: (seconds: number) => `Denied in ${seconds} s.`,
  denyingOther: (seconds: number, tool: string, connection: string) =>
    `${tool} on ${connection} is denied in ${seconds} s.`,
  denyingMany: (n: number, seconds: number) => `${count(n, "request is", "requests are")} denied in ${seconds} s.`,
  undoAll: "Undo all",
  notSent: "Not sent yet. Leaving the page sends nothing.",
  denyingShort: "Being denied",
  undo: "Undo",
  held: {
    notSent: "Not sent yet. Quitting Countersign sends nothing.",
    sends: {
      approve: (seconds: number) => `Approving in ${seconds} s.`,
      deny: (seconds: number) => `Denying in ${seconds} s.`,
    },
    sendsOther: {
      approve: (seconds: number, tool: string, connection: string) =>
        `Approving ${tool} on ${connection} in ${seconds} s. Nothing has been sent yet.`,
      deny: (seconds: number, tool: string, connection: string) =>
        `Denying ${tool} on ${connection} in ${seconds} s. Nothing has been sent yet.`,
    },
    short: "About to be sent",
    failed: (tool: string, connection: string) => `${tool} on ${connection}, decided in a notification:`,
    open: "Open request",
    dismiss: "Dismiss",
  },
  nothingLeft: "There is nothing left to decide.",
} as const;

export const decided = {
  reason: "Reason",
  noReason: "none given",
  at: "At",
  from: {
    notification: "from a notification, device ",
    cli: "in a terminal, device ",
    window: "in a console, device ",
    authenticator: "with an authenticator, device ",
  },
  approver: "an approver",
  outcome: "Outcome",
  you: "you",
  late: {
    approve: "Your approval came after that and was not recorded.",
    deny: "Your denial came after that and was not recorded.",
  },
  lead: {
    pending: () => "Waiting for a decision.",
    approved: (who: string) => `Approved by ${who}.`,
    claimed: (who: string) => `Approved by ${who}.`,
    executed: (who: string) => `Approved by ${who}. The call ran.`,
    failed: (who: string) => `Approved by ${who}. The call failed.`,
    unknown: (who: string) => `Approved by ${who}. Outcome unknown.`,
    lapsed: (who: string) => `Approved by ${who}, but not run.`,
    denied: (who: string) => `Denied by ${who}.`,
    expired: () => "Denied, since nobody decided in time.",
    withdrawn: () => "Withdrawn by the requester.",
  } satisfies Record<ApprovalState, (who: string) => string>,
  rest: {
    pending: () => "",
    approved: (until: string | null) =>
      until === null ? "The call is about to run." : `It runs when the identical call is repeated, until ${until}.`,
    claimed: () => "The call is running.",
    executed: () => "Its answer went to the caller.",
    failed: () => "The server answered with an error or not at all.",
    unknown: () => "The gateway stopped while the call ran. It may have taken effect; it is never repeated by itself.",
    lapsed: () => "Nobody repeated the call in time. Call again to ask again.",
    denied: () => "Nothing was run.",
    expired: () => "Nothing was run. Call again to ask again.",
    withdrawn: () => "Nothing was run.",
  } satisfies Record<ApprovalState, (until: string | null) => string>,
  short: {
    pending: "Waiting",
    approved: "Approved",
    claimed: "Running",
    executed: "Ran",
    failed: "Failed",
    unknown: "Outcome unknown",
    lapsed: "Not run in time",
    denied: "Denied",
    expired: "Expired",
    withdrawn: "Withdrawn",
  } satisfies Record<ApprovalState, string>,
} as const;
