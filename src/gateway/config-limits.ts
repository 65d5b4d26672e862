import { z } from "zod";
import { duration } from "./config-duration.ts";

const count = z.number().int().min(1);

/** `limits` of a rule: what each principal may do under it. Counted by the gateway that the calls reach, in memory. */
export const ruleLimits = z
  .strictObject({
    /** A bucket of `calls`, filled again evenly over `per`. */
    rate: z
      .strictObject({
        calls: count.max(1_000_000),
        per: duration.refine((milliseconds) => milliseconds > 0, "Write a time longer than nothing"),
      })
      .optional(),
    /** Calls that run at once. */
    concurrency: count.optional(),
    /** The largest answer that is passed on: UTF-8 bytes of the masked messages of a call, those before its response included. */
    resultBytes: count.optional(),
    callsPerSession: count.optional(),
  })
  .refine((limits) => Object.keys(limits).length > 0, "Name at least one limit, or leave the setting out");

/** How many requests of one principal may wait for a decision at a time. */
export const mostPending = count.default(100);
