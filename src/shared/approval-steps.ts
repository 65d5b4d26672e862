import type { ApprovalView, ApproverStep, StepView } from "./approval.ts";

/** The step to be decided in, from 1; an approval that is complete has its last. */
export function openStep({ steps }: { readonly steps: readonly Pick<StepView, "missing">[] }): number {
  const open = steps.findIndex(({ missing }) => missing > 0);
  return open < 0 ? steps.length : open + 1;
}

/** Whether this approval waits for the reader: they may approve it now. */
export function waitsForReader({ state, standing }: Pick<ApprovalView, "state" | "standing">): boolean {
  return state === "pending" && standing === "decide";
}

/** How many people a step needs in all. */
export function neededBy({ approvers, need }: ApproverStep): number {
  return need === "all" ? approvers.length : need === "any" ? 1 : need;
}

/** How many approvals there are and how many all steps need: what a quorum meter shows. */
export function quorum({ steps }: Pick<ApprovalView, "steps">): { readonly have: number; readonly need: number } {
  const need = steps.reduce((sum, step) => sum + neededBy(step), 0);
  return { have: need - steps.reduce((sum, { missing }) => sum + missing, 0), need };
}
