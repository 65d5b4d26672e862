import { z } from "zod";
import { approvalState, approvalView, risk, verdict } from "./approval.ts";
import { entryKind } from "./entry-kind.ts";

/** Whose doing it was: a decision of the reader's on another's call, or the reader's own call that was held. */
export const historyKind = z.enum(["decision", "request"]);
export type HistoryKind = z.infer<typeof historyKind>;

/** What to look for in one's history. `search` is looked for in tool, connection, names, reasons and state, whatever the case. */
export const historyFilter = z.strictObject({
  kind: historyKind,
  search: z.string().max(200).optional(),
  /** `none`: nobody's verdict ended it. */
  verdict: z.enum(["approve", "deny", "none"]).optional(),
  risk: risk.optional(),
});
export type HistoryFilter = z.infer<typeof historyFilter>;

/** Where a page of the history ended: hand it back as `after` for what is older. */
export const historyCursor = z.string().regex(/^\d{1,16}\.[\w-]{1,64}$/);

/** One of the reader's decisions or requests in short (`GET /v1/history`). Names and reasons are whole. */
export const historyLine = z.object({
  kind: historyKind,
  /** The approval's id. */
  id: z.string(),
  /** When the reader decided, or when their call was held. */
  atMs: z.number(),
  state: approvalState,
  risk,
  connection: z.string(),
  tool: z.string(),
  requester: z.object({ name: z.string(), kind: z.enum(["user", "service"]) }),
  /** The reader's own verdict and reason; of a request those of the decision that ended it, null and empty while there is none. */
  verdict: verdict.nullable(),
  reason: z.string(),
  /** Names of all who have decided, in their order. */
  deciders: z.array(z.string()),
  /** From when the call was held to that decision, in milliseconds. */
  tookMs: z.number().nullable(),
});
export type HistoryLine = z.infer<typeof historyLine>;

/** A page of the history, newest first. `entry` is the ledger's number of the decision, or of the request. `next` null: there is nothing older. */
export const historyPage = z.object({
  lines: z.array(historyLine.extend({ entry: z.number().int().nullable() })),
  next: historyCursor.nullable(),
});
export type HistoryPage = z.infer<typeof historyPage>;

const counts = z.object({ approved: z.number().int(), denied: z.number().int(), expired: z.number().int() });

/** The last fourteen days in figures (`GET /v1/history/figures`), `days` oldest first, `typicalMs` the median time to the decision. */
export const historyFigures = z.object({
  days: z.array(counts).length(14),
  total: counts,
  typicalMs: z.number().nullable(),
});
export type HistoryFigures = z.infer<typeof historyFigures>;

/** One item whole (`GET /v1/history/ID`): the approval as the reader may see it, and where the ledger has it. */
export const historyDetail = z.object({
  approval: approvalView,
  /** Its entries in the ledger, oldest first; `own` where the reader's word made it. */
  entries: z.array(z.object({ entry: z.number().int(), kind: entryKind, atMs: z.number(), own: z.boolean() })),
  /** The oldest kept checkpoint that covers all of them: how many entries it covers, and its root (base64). */
  checkpoint: z.object({ size: z.number().int(), root: z.string() }).nullable(),
});
export type HistoryDetail = z.infer<typeof historyDetail>;
