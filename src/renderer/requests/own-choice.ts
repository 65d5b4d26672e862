import type { ApprovalView } from "../../shared/approval.ts";

/** Which of one's own requests is shown, and whether a narrow window shows it instead of the list. */
export interface OwnChoice {
  readonly id: string | null;
  readonly isOpen: boolean;
}

/** The chosen one while it is known, otherwise the newest. */
export function chosenOf(own: readonly ApprovalView[], { id }: OwnChoice): ApprovalView | undefined {
  return own.find((approval) => approval.id === id) ?? own[0];
}
