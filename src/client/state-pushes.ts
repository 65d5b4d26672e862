import { isDeepStrictEqual } from "node:util";
import type { ApprovalView } from "../shared/approval.ts";
import type { ConsoleState } from "../shared/console.ts";
import type { ApprovalChanges, StatePush, WholeState } from "../shared/state-push.ts";

/** The state as one console has been told it: ten thousand requests go once, and after that only what has changed. */
export interface StatePushes {
  /** What this console has been told by now, whole. */
  readonly whole: () => WholeState;
  /** What brings the console to this state; null where it has that already. */
  next(state: ConsoleState): StatePush | null;
}

/** `first`: what the console is told by `whole` to begin with. */
export function createStatePushes(first: ConsoleState): StatePushes {
  let told = first;
  let revision = 0;
  const whole = (): WholeState => ({ kind: "whole", revision, state: told });
  return {
    whole,
    next(state) {
      const parts = changedParts(told, state);
      const approvals = approvalChanges(told.approvals, state.approvals);
      if (approvals === null && Object.keys(parts).length === 0) return null;
      told = state;
      revision += 1;
      // Where most of it is another, as after another person's sign-in, the whole is shorter.
      if (approvals !== null && isMost(approvals, state)) return whole();
      return { kind: "change", revision, parts, approvals };
    },
  };
}

type Parts = Omit<ConsoleState, "approvals">;

/** All of them are short: the parts that were made anew and are the same need not go. */
function changedParts(before: ConsoleState, after: ConsoleState): Partial<Parts> {
  const names = (Object.keys(after) as (keyof ConsoleState)[]).filter((name) => name !== "approvals");
  const changed = names.filter((name) => before[name] !== after[name] && !isDeepStrictEqual(before[name], after[name]));
  return Object.fromEntries(changed.map((name) => [name, after[name]]));
}

/** An approval is never changed in place (state.ts): another state of it is another object. */
function approvalChanges(before: readonly ApprovalView[], after: readonly ApprovalView[]): ApprovalChanges | null {
  if (before === after) return null;
  const left = new Map(before.map((approval) => [approval.id, approval]));
  const put = after.filter((approval) => {
    const isSame = left.get(approval.id) === approval;
    left.delete(approval.id);
    return !isSame;
  });
  return put.length === 0 && left.size === 0 ? null : { put, gone: [...left.keys()] };
}

function isMost({ put }: ApprovalChanges, { approvals }: ConsoleState): boolean {
  return put.length * 2 > approvals.length && put.length > fewAtMost;
}

const fewAtMost = 20;
