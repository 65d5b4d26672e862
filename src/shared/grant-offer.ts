import { z } from "zod";

/** How a grant binds one argument: to the value it had, to what begins as it did, or not at all. */
export const constraintKind = z.enum(["equal", "prefix", "any"]);
export type ConstraintKind = z.infer<typeof constraintKind>;

/** What an approver may grant beside approving this call: what its rule permits, and its arguments by name. */
export const grantOffer = z.object({
  /** How long a grant may last, in milliseconds, and how many later calls it may serve. */
  longestMs: z.number(),
  mostUses: z.number().int(),
  constraints: z.array(constraintKind),
  arguments: z.array(
    z.object({
      name: z.string(),
      /** Keyed digest of the real value, bound to principal, connection, tool and name. */
      digest: z.string(),
      /** Whether it is a string of which nothing is hidden: only such a one may be bound by prefix. */
      plain: z.boolean(),
    }),
  ),
});
export type GrantOffer = z.infer<typeof grantOffer>;
