import type { ApproverStep } from "../shared/approval.ts";

/** Whom a step needs, in words: `any of a, b`, `each of a, b`, `2 of a, b`. */
export function stepText({ approvers, need }: Readonly<ApproverStep>): string {
  const groups = approvers.join(", ");
  if (need === "all") return `each of ${groups}`;
  if (need !== "any") return `${need} of ${groups}`;
  return approvers.length === 1 ? groups : `any of ${groups}`;
}
