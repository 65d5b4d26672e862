import { createHash } from "node:crypto";
import type { ApprovalState, ApprovalView } from "../shared/approval.ts";
import { canonical } from "../shared/json.ts";

/** The approvals a client knows, over every reconnect: all pending ones, and the newest of those that changed meanwhile. */
export interface HeldApprovals {
  list(): readonly ApprovalView[];
  get(id: string): ApprovalView | undefined;
  /** False where an earlier state of this approval asked for something else: only how it stands may change, or a person would sign what they were not shown (rule 3). */
  fits(approval: ApprovalView): boolean;
  /** Takes an approval unless a newer state of it is held. True where it changed something. */
  take(approval: ApprovalView): boolean;
  /** Takes a whole snapshot of the gateway's pending approvals: a pending one that it doesn't name is pending no more. */
  takePending(snapshot: readonly ApprovalView[]): void;
  /** Takes the whole state as the gateway tells it after too much has changed: what waited or ran and isn't named has ended, and is let go. */
  takeWhole(state: readonly ApprovalView[]): void;
  clear(): void;
}

export function createHeldApprovals(): HeldApprovals {
  const held = new Map<string, ApprovalView>();
  /** What each approval asked for when it was first seen, also of those let go: one that goes and comes again is still the same. */
  const asked = new Map<string, string>();

  function trim(): void {
    const settled = [...held.values()].filter((approval) => approval.state !== "pending");
    settled.sort((one, other) => other.revision - one.revision);
    for (const approval of settled.slice(mostSettled)) held.delete(approval.id);
  }

  /** Puts these in the place of all held ones in such states. */
  function replace(states: readonly ApprovalState[], approvals: readonly ApprovalView[]): void {
    for (const approval of held.values()) if (states.includes(approval.state)) held.delete(approval.id);
    for (const approval of approvals) held.set(approval.id, approval);
    trim();
  }

  return {
    list: () => [...held.values()].sort((one, other) => other.createdAtMs - one.createdAtMs),
    get: (id) => held.get(id),
    fits(approval) {
      const now = askedBy(approval);
      const first = asked.get(approval.id) ?? now;
      asked.set(approval.id, first);
      return first === now;
    },
    take(approval) {
      const known = held.get(approval.id);
      if (known !== undefined && known.revision >= approval.revision) return false;
      held.set(approval.id, approval);
      trim();
      return true;
    },
    takePending: (snapshot) => replace(["pending"], snapshot),
    takeWhole: (state) => replace(["pending", "approved", "claimed"], state),
    clear() {
      held.clear();
      asked.clear();
    },
  };
}

/** Digest of all that a decision is signed over, of the payload that its digest covers, of the arguments that a grant beside it binds, and of the steps it counts in. */
function askedBy(approval: ApprovalView): string {
  const { requester, connection, tool, fingerprint, payload, argumentsDigest, rule, steps, grants } = approval;
  const { name, version } = rule;
  const { arguments: args, hidden } = payload;
  const facts = [requester.id, connection, tool, fingerprint, argumentsDigest, name, version];
  return createHash("sha256")
    .update(
      canonical([
        facts,
        args,
        hidden.map(({ path, kind }) => [path, kind]),
        steps.map(({ approvers, need }) => [approvers, need]),
        (grants?.arguments ?? []).map(({ name: argument, digest, plain }) => [argument, digest, plain]),
      ]),
    )
    .digest("base64url");
}

/** Settled approvals are history; pending ones are never let go to make room. */
const mostSettled = 200;
