import type { ApprovalContext } from "../../../src/shared/approval-context.ts";

/** What is known about a crafted request: by default that it is the first of its tool. */
export function contextWith(change: Partial<ApprovalContext> & { readonly id: string }): ApprovalContext {
  const nothing = { asked: 0, approved: 0, denied: 0, isWhole: true };
  return {
    byRequester: nothing,
    byAnyone: nothing,
    around: { asked: 1, withinMs: 300_000, isWhole: true },
    lastApproved: null,
    answer: null,
    ...change,
  };
}
