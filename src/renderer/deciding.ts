import type { ApprovalView, Verdict } from "../shared/approval.ts";
import type { ConsoleState } from "../shared/console.ts";
import { isTooLate, type Failure } from "../shared/errors.ts";

/** A decision on its way; when the gateway has it, the approval's own state says so and this ends. */
export type Deciding =
  /** `batch`: those that were denied with one press share a number. */
  | { readonly step: "denying"; readonly approval: ApprovalView; readonly sendsAtMs: number; readonly batch: number }
  /** Clicked in a notification: the desktop's main process sends it then, unless it is undone. */
  | { readonly step: "held"; readonly verdict: Verdict; readonly sendsAtMs: number }
  /**
   * `ours`: this page asked for it and has no answer yet. After `unanswered` tries the owner sends the very same again, until `untilMs` by
   * this machine's clock; null while it has not said so.
   */
  | {
      readonly step: "sending";
      readonly verdict: Verdict;
      readonly ours: boolean;
      readonly unanswered: number;
      readonly untilMs: number | null;
    }
  | { readonly step: "refused"; readonly verdict: Verdict; readonly error: Failure }
  /** Another decision, or the end of its time, was there first: nothing went wrong, and nothing was recorded. */
  | { readonly step: "late"; readonly verdict: Verdict };

export type AllDeciding = ReadonlyMap<string, Deciding>;

/** A decision that this page has handed to its owner. */
export function sendingOurs(verdict: Verdict): Deciding {
  return { step: "sending", verdict, ours: true, unanswered: 0, untilMs: null };
}

/** How a decision stands that was not recorded. */
export function unrecorded(verdict: Verdict, error: Failure): Deciding {
  return isTooLate(error.code) ? { step: "late", verdict } : { step: "refused", verdict, error };
}

/** What is still under way by this state: what it has answered is dropped, what the owner sends (another page asked for it) is taken up. */
export function followed(all: AllDeciding, { approvals, sending, desktop }: ConsoleState): AllDeciding {
  const held = (desktop?.decisions ?? []).filter((each) => each.step === "held");
  if (all.size === 0 && sending.length === 0 && held.length === 0) return all;
  const open = new Set<string>();
  const known = new Set<string>();
  for (const approval of approvals) {
    if (isOpenToReader(approval)) open.add(approval.id);
    known.add(approval.id);
  }
  const sent = new Map(sending.map((each) => [each.approval, each]));
  const kept = [...all].filter(([id, deciding]) => {
    if (deciding.step === "late") return known.has(id);
    if (deciding.step === "held") return false;
    return open.has(id) && (deciding.step !== "sending" || deciding.ours || sent.has(id));
  });
  const next = new Map(kept);
  for (const [id, { verdict, unanswered, untilMs }] of sent) {
    const before = next.get(id);
    if (!open.has(id) || before?.step === "denying") continue;
    next.set(id, { step: "sending", verdict, ours: before?.step === "sending" && before.ours, unanswered, untilMs });
  }
  // The last click counts: a denial that was still to be sent by this page gives way.
  for (const { approval, verdict, sendsAtMs } of held)
    if (open.has(approval) && !sent.has(approval)) next.set(approval, { step: "held", verdict, sendsAtMs });
  // The same again redraws nothing.
  return sent.size === 0 && held.length === 0 && next.size === all.size ? all : next;
}

/** One of several approvals leaves the request pending, and nothing for this person to do. */
function isOpenToReader({ state, standing }: ApprovalView): boolean {
  return state === "pending" && (standing === "decide" || standing === "deny");
}
