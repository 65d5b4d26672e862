import { z } from "zod";
import { counted } from "./audit-activity.ts";
import { entryKind } from "./entry-kind.ts";

const value = z.string().min(1).max(200);
const time = z.coerce.number().int().nonnegative();

/**
 * What is looked for in the ledger; what is left out may be anything. `person` and `service` are an id, or a part of a name; `text` is words
 * that all stand in what was asked or answered, masked as it is kept: "two words" stand side by side, `begin*` only begins so.
 */
export const auditQuery = z.strictObject({
  text: z.string().max(1000).optional(),
  person: value.optional(),
  service: value.optional(),
  connection: value.optional(),
  tool: value.optional(),
  rule: value.optional(),
  outcome: value.optional(),
  effect: value.optional(),
  risk: z.enum(["low", "medium", "high", "critical"]).optional(),
  kind: entryKind.optional(),
  /** What the activity counts as such (audit-activity.ts). */
  counted: counted.optional(),
  client: value.optional(),
  device: value.optional(),
  address: value.optional(),
  session: value.optional(),
  call: value.optional(),
  approval: value.optional(),
  /** From this moment on, and before that one; milliseconds since the epoch. */
  fromMs: time.optional(),
  toMs: time.optional(),
});
export type AuditQuery = z.infer<typeof auditQuery>;

/** A page that is asked for: `before` goes on where the last one ended (`next`). */
export const auditAsk = auditQuery.extend({
  before: z.number().int().nonnegative().nullable(),
  limit: z.number().int().min(1).max(500),
});
export type AuditAsk = z.infer<typeof auditAsk>;

/** What an entry says of who, on what and how it ended; what its call or approval said before is said again. */
export const entryFacts = z.object({
  principal: z.string().nullable(),
  name: z.string().nullable(),
  principalKind: z.enum(["user", "service"]).nullable(),
  /** Whose word it was, where that is another's: who decided, or revoked. */
  by: z.string().nullable(),
  connection: z.string().nullable(),
  method: z.string().nullable(),
  tool: z.string().nullable(),
  rule: z.string().nullable(),
  effect: z.string().nullable(),
  outcome: z.string().nullable(),
  risk: z.string().nullable(),
  client: z.string().nullable(),
  device: z.string().nullable(),
  address: z.string().nullable(),
  session: z.string().nullable(),
  call: z.string().nullable(),
  approval: z.string().nullable(),
  /** How long the target took, and how long its masked answer is; null where the entry is no answer. */
  ms: z.number().nullable(),
  bytes: z.number().nullable(),
});
export type EntryFacts = z.infer<typeof entryFacts>;

/** An entry that was found. */
export const auditLine = z.object({
  entry: z.number().int().nonnegative(),
  atMs: z.number().int(),
  /** Kinds may be added: a reader takes any. */
  kind: z.string(),
  facts: entryFacts,
  /** Its body was erased: what it said is not known any more. */
  erased: z.literal(true).optional(),
});
export type AuditLine = z.infer<typeof auditLine>;

/** Found entries, newest first. `next`: where to go on (`before`), null at the end. `indexed` of `entries` had been read for searching. */
export const auditPage = z.object({
  lines: z.array(auditLine),
  next: z.number().int().nonnegative().nullable(),
  indexed: z.number().int().nonnegative(),
  entries: z.number().int().nonnegative(),
  /** Names of the principals in these lines, by id, as far as they are known. */
  names: z.record(z.string(), z.string()),
});
export type AuditPage = z.infer<typeof auditPage>;
