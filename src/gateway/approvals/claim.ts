import type { Exceeded } from "../policy/limits.ts";
import type { ApprovalRecord, Writes } from "../store/store.ts";
import { move } from "./records.ts";
import type { HeldCall } from "./turn.ts";

/** What came of the attempt to claim: it is this caller's to run, or how the approval stands, `why` where it lapsed just now. */
export interface Claim {
  readonly mine: boolean;
  readonly record: ApprovalRecord;
  readonly why: string | null;
  /** The limit that stands against it now; the approval stays. */
  readonly exceeded?: Exceeded;
}

/**
 * Claims an approved call within one commit: the one point of no return (rule 4). `fingerprint` is the tool's of now;
 * a caller that has gone by then claims nothing.
 */
export function claim(
  writes: Writes,
  call: HeldCall,
  approval: ApprovalRecord,
  fingerprint: string,
  away: AbortSignal,
  nowMs: number,
): Claim {
  const record = writes.approvals.get(approval.id) ?? approval;
  if (record.state !== "approved" || away.aborted) return { mine: false, record, why: null };
  const lapse = (why: string): Claim => ({
    mine: false,
    record: move(writes, record, { state: "lapsed" }, { why }),
    why,
  });
  if ((record.reuseUntilMs ?? 0) <= nowMs) return lapse("The approval was not used in time.");
  if (fingerprint !== record.fingerprint) return lapse("The tool has changed since it was approved.");
  const why = call.refusalNow(record);
  if (why !== null) return lapse(why);
  const exceeded = call.occupy();
  if (exceeded !== null) return { mine: false, record, why: null, exceeded };
  return { mine: true, record: move(writes, record, { state: "claimed" }), why: null };
}
