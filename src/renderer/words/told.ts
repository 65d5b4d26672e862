import type { ApprovalState } from "../../shared/approval.ts";
import { count } from "./count.ts";

/** What a screen reader is told of by itself. */
export const told = {
  arrived: (tool: string, connection: string, risk: string, name: string) =>
    `New request: ${name} wants to run ${tool} on ${connection}. Risk ${risk}.`,
  arrivedMany: (n: number, critical: number) =>
    `${n.toLocaleString("en")} new requests${critical === 0 ? "" : `, ${critical.toLocaleString("en")} of critical risk`}.`,
  call: (tool: string, connection: string) => `${tool} on ${connection}`,
  you: "You",
  approver: "An approver",
  became: {
    pending: (call) => `${call} waits.`,
    approved: (call, who) => `${who} approved ${call}.`,
    claimed: (call, who) => `${who} approved ${call}, which runs now.`,
    executed: (call) => `${call} ran.`,
    failed: (call) => `${call} ran and failed.`,
    unknown: (call) => `What became of ${call} is not known.`,
    lapsed: (call) => `${call} was approved and not repeated in time.`,
    denied: (call, who) => `${who} denied ${call}.`,
    expired: (call) => `The time of ${call} is up: it is denied.`,
    withdrawn: (call) => `${call} was taken back by who asked for it.`,
  } satisfies Record<ApprovalState, (call: string, who: string) => string>,
  locked: (call: string) => `Wrong numbers denied ${call}.`,
  others: (call: string) => `You approved ${call}. Others have yet to.`,
  becameMany: (n: number) => `${count(n, "request has", "requests have")} ended. They are listed in the history.`,
  denying: (tool: string, connection: string) => `${tool} on ${connection} is denied in five seconds, unless undone.`,
  denyingMany: (n: number) => `${count(n, "request is", "requests are")} denied in five seconds, unless undone.`,
  held: {
    approve: (tool: string, connection: string) =>
      `${tool} on ${connection} is approved in four seconds, unless undone.`,
    deny: (tool: string, connection: string) => `${tool} on ${connection} is denied in four seconds, unless undone.`,
  },
  undone: "Nothing was sent.",
  signIn: "You have to sign in again. Decisions wait.",
  ends: (minutes: 10 | 1) =>
    `Your sign-in ends in ${minutes === 1 ? "a minute" : "ten minutes"}. Sign in again to go on.`,
  offline: "The gateway is not reached. Decisions wait.",
  online: "The gateway is reached again.",
  lost: "The link to Countersign is lost. Decisions wait.",
  back: "The link to Countersign is there again.",
  paused: "From now on calls of this computer are refused.",
  resumed: "Calls of this computer go out again.",
  left: (tool: string, connection: string, seconds: number) =>
    `${tool} on ${connection}: ${seconds === 60 ? "one minute" : `${seconds} seconds`} left, then denied.`,
  leftMany: (n: number) => `${n.toLocaleString("en")} requests have less than a minute left.`,
} as const;
