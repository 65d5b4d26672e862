import { z } from "zod";
import { auditLine } from "./audit-search.ts";
import { moment } from "./audit-sessions.ts";
import { erasure } from "./erasure.ts";

/** One entry of the ledger as an auditor reads it, with its body as far as it is shown, and what belongs to it. */
export const auditEntry = moment.extend({
  /** The exact text that the tree has as its leaf, and its hash there (docs/ledger.md), in base64. */
  leaf: z.string(),
  leafHash: z.string(),
  /** All that the ledger has of its call or approval, this entry too, oldest first; so many at most (`mostTogether`). */
  together: z.array(auditLine),
  /** The oldest kept checkpoint that covers it: how many entries, and their root in base64. */
  checkpoint: z.object({ size: z.number(), root: z.string() }).nullable(),
  /** How its body was erased, where it was. */
  erasure: erasure.optional(),
  /** Names of the principals in all of this, by id, as far as they are known. */
  names: z.record(z.string(), z.string()),
});
export type AuditEntry = z.infer<typeof auditEntry>;

export const mostTogether = 200;
