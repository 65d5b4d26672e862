import { z } from "zod";
import { risk } from "../shared/approval.ts";
import { constraintKind } from "../shared/grant-offer.ts";
import { duration } from "./config-duration.ts";

/** What an approver may grant for later calls beside approving one that the rule holds. Without it, nothing. */
export const ruleGrants = z.strictObject({
  /** How long a grant lasts at most. */
  longest: duration.refine((ms) => ms >= 1000, "A grant lasts a second at least"),
  /** How many later calls one grant serves at most. */
  mostUses: z.number().int().min(1).max(10_000),
  /** How an argument may be bound. `equal` is bound to the value that was shown; the others let through what nobody has seen. */
  constraints: z.array(constraintKind).min(1, "List at least one, or leave the setting out").default(["equal"]),
  /** Calls of a higher risk than this are never granted. Only where it is said here are those of risk high or critical. */
  upTo: risk.default("medium"),
});
