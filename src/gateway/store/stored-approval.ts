import { z } from "zod";
import { approvalView } from "../../shared/approval.ts";
import { type ApprovalRecord, approvalRecord } from "./store.ts";

/**
 * A record's JSON as the store has it, those from before approvals had steps included. Throws a ZodError for anything else. A gateway
 * of that time can't read today's records, which is right: it would let one person complete what needs two.
 */
export function storedApproval(text: string): ApprovalRecord {
  const stored: unknown = JSON.parse(text);
  const single = singleDecision.safeParse(stored);
  return approvalRecord.parse(single.success ? { ...single.data, ...inSteps(single.data) } : stored);
}

/** The form without steps: any one approver decided, and the record held that one's signature. */
const singleDecision = z.looseObject({
  steps: z.undefined().optional(),
  approvers: z.array(z.string()),
  decision: approvalView.shape.decision,
  decisionJws: z.string().nullable(),
});

function inSteps(record: z.infer<typeof singleDecision>): object {
  const { approvers, decision, decisionJws: jws } = record;
  return {
    steps: [{ approvers: [...new Set(approvers)], need: "any" }],
    decisions: decision === null || jws === null ? [] : [{ ...decision, step: 1, person: decision.by.id, jws }],
  };
}
