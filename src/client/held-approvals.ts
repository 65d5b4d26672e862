import type { ApprovalView } from "../shared/approval.ts";

/** The approvals a client knows, over every reconnect: all pending ones, and the newest of those that changed meanwhile. */
export interface HeldApprovals {
  list(): readonly ApprovalView[];
  get(id: string): ApprovalView | undefined;
  /** Takes an approval unless a newer state of it is held. True where it changed something. */
  take(approval: ApprovalView): boolean;
  /** Takes a whole snapshot of the gateway's pending approvals: a pending one that it doesn't name is pending no more. */
  takePending(snapshot: readonly ApprovalView[]): void;
  clear(): void;
}

export function createHeldApprovals(): HeldApprovals {
  const held = new Map<string, ApprovalView>();

  function trim(): void {
    const settled = [...held.values()].filter((approval) => approval.state !== "pending");
    settled.sort((one, other) => other.revision - one.revision);
    for (const approval of settled.slice(mostSettled)) held.delete(approval.id);
  }

  return {
    list: () => [...held.values()].sort((one, other) => other.createdAtMs - one.createdAtMs),
    get: (id) => held.get(id),
    take(approval) {
      const known = held.get(approval.id);
      if (known !== undefined && known.revision >= approval.revision) return false;
      held.set(approval.id, approval);
      trim();
      return true;
    },
    takePending(snapshot) {
      for (const approval of held.values()) if (approval.state === "pending") held.delete(approval.id);
      for (const approval of snapshot) held.set(approval.id, approval);
    },
    clear() {
      held.clear();
    },
  };
}

/** Settled approvals are history; pending ones are never let go to make room. */
const mostSettled = 200;
