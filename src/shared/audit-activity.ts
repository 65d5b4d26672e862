import { z } from "zod";

/** What the activity counts: calls that rules judged, calls that were held, calls that were not run for a rule, a person or silence, and fields that were masked. */
export const counted = z.enum(["calls", "held", "denied", "masked"]);
export type Counted = z.infer<typeof counted>;

export const activityBy = z.enum(["connection", "person", "tool"]);
export type ActivityBy = z.infer<typeof activityBy>;

const time = z.coerce.number().int().nonnegative();

/** What is counted: from this moment on and before that one, in hours of UTC, drawn by the hour or by 24 of them. */
export const activityAsk = z.strictObject({ fromMs: time, toMs: time, by: activityBy, step: z.enum(["hour", "day"]) });
export type ActivityAsk = z.infer<typeof activityAsk>;

const figures = z.record(counted, z.number().int().nonnegative());
export type Figures = z.infer<typeof figures>;

const activityRow = z.object({
  /** The connection, the tool, or the principal's id; `connection` is the tool's. */
  key: z.string(),
  connection: z.string().nullable(),
  /** Of a principal, as far as it is known. */
  name: z.string().nullable(),
  principalKind: z.enum(["user", "service"]).nullable(),
  total: figures,
  /** By step, from the first on: in each the figures in the order of `counted`. */
  steps: z.array(z.tuple([z.number(), z.number(), z.number(), z.number()])),
});
export type ActivityRow = z.infer<typeof activityRow>;

/** What went on, by connection, person or tool: those with the most calls first. */
export const activity = z.object({
  /** As they were counted: whole hours. */
  fromMs: z.number(),
  toMs: z.number(),
  stepMs: z.number(),
  rows: z.array(activityRow),
  /** How many more there are than `rows`, and all of theirs together. */
  others: z.number().int().nonnegative(),
  rest: activityRow.nullable(),
  total: figures,
  /** All of the period of the same length before. */
  before: figures,
  indexed: z.number().int().nonnegative(),
  entries: z.number().int().nonnegative(),
});
export type Activity = z.infer<typeof activity>;
