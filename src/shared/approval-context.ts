import { z } from "zod";
import { maskedPayload } from "./approval.ts";

/** Held calls of before, among those that the reader may see. `isWhole` false: there are more than were looked at. */
const pastCounts = z.object({
  asked: z.number().int(),
  approved: z.number().int(),
  denied: z.number().int(),
  isWhole: z.boolean(),
});
export type PastCounts = z.infer<typeof pastCounts>;

/** A masked value, or null where it is too long to be sent along; `length` is that of its JSON in characters. */
const shownValue = z.object({ value: maskedPayload.nullable(), length: z.number().int() });
export type ShownValue = z.infer<typeof shownValue>;

/** What else is known about a held call (`GET /v1/approvals/ID/context`). */
export const approvalContext = z.object({
  /** The approval's id. */
  id: z.string(),
  /** Earlier held calls of this tool: by the requester's person, and by everybody. */
  byRequester: pastCounts,
  byAnyone: pastCounts,
  /** The requester's held calls of any tool up to `withinMs` before and after this one, itself among them. */
  around: z.object({ asked: z.number().int(), withinMs: z.number().int(), isWhole: z.boolean() }),
  /** The newest earlier call of this tool by this person that was approved; null where there is none, or none that the reader may see. */
  lastApproved: z
    .object({
      id: z.string(),
      createdAtMs: z.number(),
      /** Whether the tool was declared as it is now. */
      isSameTool: z.boolean(),
      payload: shownValue,
    })
    .nullable(),
  /** What the target answered, masked; null while there is nothing, or where nothing is kept. */
  answer: shownValue.nullable(),
});
export type ApprovalContext = z.infer<typeof approvalContext>;
