import type { RpcMessage } from "../../shared/target.ts";
import type { Exceeded } from "../policy/limits.ts";
import type { ApprovalRecord, Writes } from "../store/store.ts";
import { committed, type KeyedDigest } from "./number.ts";
import { isStillGood, move, newRecord } from "./records.ts";
import type { Caller, HeldCall } from "./turn.ts";

/** What a held call comes to find, and which approvals changed for it. */
export type Opening =
  /** It waits: for its own approval, or with those who made the identical call. */
  | { readonly kind: "waits"; readonly record: ApprovalRecord; readonly changed: readonly ApprovalRecord[] }
  /** The identical call has run, and its caller did not get the answer. */
  | { readonly kind: "kept"; readonly record: ApprovalRecord; readonly answer: RpcMessage }
  /** It was decided while the caller was away. */
  | { readonly kind: "ended"; readonly record: ApprovalRecord; readonly why: string | null }
  /** It may not be opened. */
  | { readonly kind: "limited"; readonly exceeded: Exceeded };

/**
 * Finds what this call may join or is owed, or opens an approval for it, within one commit. `call` is the caller's id in the
 * ledger, `continues` the approval that an earlier round of the very same call was told of, or null.
 */
export function open(
  writes: Writes,
  call: HeldCall,
  { call: id, continues }: Pick<Caller, "call" | "continues">,
  { now, keyedDigest }: { readonly now: () => number; readonly keyedDigest: KeyedDigest },
): Opening {
  const nowMs = now();
  const earlier = continues === null ? undefined : writes.approvals.get(continues);
  if (earlier !== undefined && earlier.lookup === call.lookup) {
    const found = continued(writes, earlier, call, nowMs);
    if (found !== null) return found;
  }
  const live = writes.approvals.live(call.lookup);
  if (live !== undefined && isStillGood(live, call, nowMs)) return { kind: "waits", record: live, changed: [] };
  const running = writes.approvals.inState("claimed").find(({ lookup }) => lookup === call.lookup);
  if (running !== undefined) return { kind: "waits", record: running, changed: [] };
  const due = live === undefined ? owed(writes, call, nowMs) : null;
  if (due !== null) return due;
  // One that it takes the place of is not beside it.
  const beside = writes.approvals.pendingOf(call.principal.person) - (live?.state === "pending" ? 1 : 0);
  const exceeded = call.admit(beside);
  if (exceeded !== null) return { kind: "limited", exceeded };
  const why = "The rule, the target or the tool has changed since.";
  const ended = live && move(writes, live, { state: live.state === "pending" ? "expired" : "lapsed" }, { why });
  const fresh = newRecord(call, nowMs);
  const record = move(writes, fresh, {}, { call: id, ...committed(keyedDigest, fresh) });
  return { kind: "waits", record, changed: ended === undefined ? [record] : [ended, record] };
}

/** The next round of a call whose earlier one waited for this approval; null where that can't serve it any more. */
function continued(writes: Writes, record: ApprovalRecord, call: HeldCall, nowMs: number): Opening | null {
  switch (record.state) {
    case "pending":
    case "approved":
      return isStillGood(record, call, nowMs) ? { kind: "waits", record, changed: [] } : null;
    case "claimed":
      return { kind: "waits", record, changed: [] };
    case "executed":
    case "failed":
    case "unknown": {
      const kept = writes.answers.of(record.id);
      if (kept !== undefined && kept.answer !== null && kept.untilMs > nowMs)
        return { kind: "kept", record, answer: kept.answer };
      return { kind: "ended", record, why: "It was approved and has run; its answer is kept no longer." };
    }
    case "denied":
    case "expired":
    case "withdrawn":
    case "lapsed":
      return { kind: "ended", record, why: null };
    default:
      return record.state satisfies never;
  }
}

/** What the identical call's caller was not there to hear. */
function owed(writes: Writes, call: HeldCall, nowMs: number): Opening | null {
  const due = writes.answers.owed(call.lookup);
  if (due === undefined || due.untilMs <= nowMs) return null;
  const record = writes.approvals.get(due.approval);
  if (record === undefined) return null;
  if (due.answer !== null) return { kind: "kept", record, answer: due.answer };
  return record.state === "denied" ? { kind: "ended", record, why: null } : null;
}
