import type { ApprovalState, ApprovalView } from "../shared/approval.ts";
import type { ConsoleState } from "../shared/console.ts";
import { visibleLine } from "../shared/visible.ts";
import type { Notice } from "./notices.ts";
import { notices as words } from "./words/notices.ts";

/** How the person's own requests stood when last seen, by id: what they wait to hear of. */
export type Awaited = ReadonlyMap<string, Standing>;
type Standing = "waiting" | "approved";

export interface OutcomePlan {
  /** Own requests that ended, or were approved, since the last state. */
  readonly fresh: readonly ApprovalView[];
  readonly awaited: Awaited;
}

/** What a new state tells the requester. What had ended before this process saw it wait is not told; absence (a reconnect) tells nothing. */
export function planOutcomes(awaited: Awaited, state: ConsoleState): OutcomePlan {
  if (state.session.state === "signed-out") return { fresh: [], awaited: new Map() };
  const next = new Map(awaited);
  const fresh: ApprovalView[] = [];
  for (const approval of state.approvals) {
    if (approval.relation !== "requester") continue;
    const before = awaited.get(approval.id);
    const now = standings[approval.state];
    if (now === "over") next.delete(approval.id);
    else if (now !== "ran" || before !== undefined) next.set(approval.id, now === "ran" ? "approved" : now);
    if (before !== undefined && isNews(before, approval.state)) fresh.push(approval);
    if (now === "ran") next.delete(approval.id);
  }
  return { fresh, awaited: next };
}

/** What a notification says of the outcome; on a locked screen only that there is one. Never a payload, never a reason. */
export function outcomeNotice({ tool, connection, state, decision }: ApprovalView, locked: boolean): Notice | null {
  const outcome = words.outcome[state];
  if (outcome === null) return null;
  if (locked) return { title: words.decided, body: "" };
  const by = decision === null ? null : visibleLine(decision.by.name, longestName);
  return {
    title: words.outcomeTitle(outcome.title, visibleLine(tool, longestName), visibleLine(connection, longestName)),
    body: outcome.body(by),
  };
}

const longestName = 40;

/** `ran`: the last that is heard of it, and no news to who heard of the approval. */
const standings = {
  pending: "waiting",
  approved: "approved",
  claimed: "approved",
  executed: "ran",
  failed: "over",
  unknown: "over",
  denied: "over",
  expired: "over",
  lapsed: "over",
  withdrawn: "over",
} as const satisfies Record<ApprovalState, Standing | "ran" | "over">;

function isNews(before: Standing, state: ApprovalState): boolean {
  const now = standings[state];
  if (now === "waiting") return false;
  return before === "waiting" || now === "over";
}
