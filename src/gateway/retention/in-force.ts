import type { Reads } from "../store/store.ts";
import type { RetainedEntry } from "./entries.ts";

/** States of an approval in which something may still come of it. */
const open: ReadonlySet<string> = new Set(["pending", "approved", "claimed"]);

/** Whether something that still counts rests on this entry: a request that is open, a grant that lives. */
export function isInForce({ approvals, grants }: Reads, { kind, approval, grant }: RetainedEntry): boolean {
  if (grant !== null && grants.get(grant)?.state === "live") return true;
  // What a session or a device said of an approval (a refused decision) is not what it rests on.
  if (approval === null || !/^(approval|decision|call|grant)\./.test(kind)) return false;
  return open.has(approvals.get(approval)?.state ?? "");
}
