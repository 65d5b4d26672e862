import type { ApprovalView, Verdict } from "../shared/approval.ts";
import type { Failure } from "../shared/errors.ts";
import { visibleLine } from "../shared/visible.ts";
import type { Notice } from "./notices.ts";
import { decisions as words } from "./words/decisions.ts";

/** What will be sent, and in how many seconds. */
export function heldNotice({ tool }: ApprovalView, verdict: Verdict, seconds: number, hidden: boolean): Notice {
  const title = hidden ? words.heldUnnamed : words.held(verdict, name(tool), seconds);
  return { title, body: words.notSent };
}

/** Somebody else, or the end of its time, was there first; `sent` says whether the decision had gone out by then. */
export function overtakenNotice(approval: ApprovalView, sent: boolean, hidden: boolean): Notice {
  if (hidden) return { title: words.unnamed, body: "" };
  const { tool, connection, state, decision } = approval;
  const title = sent
    ? words.notRecorded(name(tool), name(connection))
    : words.nothingSent(name(tool), name(connection));
  const who = decision === null ? words.somebody : name(decision.by.name);
  return { title, body: words.first[state](who) };
}

/** It was clicked too long ago to be sent. */
export function sleptNotice({ tool, connection }: ApprovalView, hidden: boolean): Notice {
  if (hidden) return { title: words.unnamed, body: "" };
  return { title: words.nothingSent(name(tool), name(connection)), body: words.slept };
}

/** It was sent and not recorded, or nobody knows whether it was. */
export function failedNotice(approval: ApprovalView, verdict: Verdict, error: Failure, hidden: boolean): Notice {
  if (hidden) return { title: words.unnamed, body: "" };
  const [tool, connection] = [name(approval.tool), name(approval.connection)];
  if (error.code === "decision_unanswered")
    return { title: words.unanswered(tool, connection), body: words.unansweredBody };
  return { title: words.failed(verdict, tool, connection), body: visibleLine(error.message, longestWhy) };
}

function name(text: string): string {
  return visibleLine(text, 40);
}

const longestWhy = 200;
