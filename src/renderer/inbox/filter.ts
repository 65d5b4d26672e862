import type { ApprovalView, Risk } from "../../shared/approval.ts";
import { waitsForReader } from "../../shared/approval-steps.ts";

/** What narrows the inbox; null lets everything through. */
export interface InboxFilter {
  readonly query: string;
  readonly risk: Risk | null;
  readonly connection: string | null;
  /** Those alone that the reader may approve now, or every pending one that they may see. */
  readonly whose: "mine" | "all";
}

export const noFilter: InboxFilter = { query: "", risk: null, connection: null, whose: "mine" };

/** Whether the filter is other than the one that a person starts with, its search aside. */
export function isNarrowed({ risk, connection, whose }: InboxFilter): boolean {
  return risk !== null || connection !== null || whose !== noFilter.whose;
}

/** Those that pass the filter; a search finds tool, person and connection. */
export function matching(approvals: readonly ApprovalView[], filter: InboxFilter): readonly ApprovalView[] {
  const { risk, connection, whose } = filter;
  const wanted = filter.query.trim().toLowerCase();
  return approvals.filter((approval) => {
    if (whose === "mine" && !waitsForReader(approval)) return false;
    if (risk !== null && approval.risk !== risk) return false;
    if (connection !== null && approval.connection !== connection) return false;
    if (wanted === "") return true;
    const { tool, requester } = approval;
    return [tool, approval.connection, requester.name].some((text) => text.toLowerCase().includes(wanted));
  });
}
