import type { GrantRecord } from "../store/grants.ts";
import type { Reads, Writes } from "../store/store.ts";
import { end, factsOf } from "./records.ts";

/** Whether the identical call waits, may run by its own approval, runs, or has an answer that nobody got: then no grant is used for it. */
export function isOwed(
  { approvals, answers }: Pick<Reads, "approvals" | "answers">,
  lookup: string,
  nowMs: number,
): boolean {
  if (approvals.live(lookup) !== undefined) return true;
  if (approvals.inState("claimed").some((each) => each.lookup === lookup)) return true;
  const owed = answers.owed(lookup);
  return owed !== undefined && owed.untilMs > nowMs;
}

/** Counts one use for the call of this id; the last one ends the grant. Returns it as used. */
export function countUse(writes: Writes, grant: GrantRecord, call: string, nowMs: number): GrantRecord {
  const used: GrantRecord = { ...grant, uses: grant.uses + 1, lastUsedAtMs: nowMs };
  writes.grants.put(used);
  writes.append("grant.used", { ...factsOf(grant), call, uses: used.uses, mostUses: used.mostUses });
  if (used.uses < used.mostUses) return used;
  return end(writes, used, { state: "used-up", why: "All its uses are used.", by: null }, nowMs);
}
