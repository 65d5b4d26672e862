import { z } from "zod";

const time = z.number().int().nonnegative();
const text = z.string().min(1).max(500);

/** Which entries are meant: those for which all that is given is so. Times are those of the entries: from this moment on, and before that one. */
const scope = z.strictObject({
  connection: text.optional(),
  /** The principal's id, with all identities of that person. */
  person: text.optional(),
  fromMs: time.optional(),
  toMs: time.optional(),
});
export type Scope = z.infer<typeof scope>;

const name = z.string().regex(/^[\w.-]{1,100}$/, "A hold's name is of letters, digits, dots and dashes");

/** `POST /v1/holds`: nothing that is in its scope is erased until it is lifted. */
export const holdWish = scope.extend({ name, reason: text });
export type HoldWish = z.infer<typeof holdWish>;

/** A hold in force. */
export const hold = holdWish.extend({ by: z.string(), placedAtMs: z.number() });
export type Hold = z.infer<typeof hold>;
export const holds = z.object({ holds: z.array(hold) });

/** `POST /v1/holds/lift`. */
export const holdLift = z.strictObject({ name, reason: text });
export type HoldLift = z.infer<typeof holdLift>;

/** `POST /v1/erasures`: bodies to erase now. `entries` are numbers, both ends included. */
export const erasureWish = scope
  .extend({ entries: z.tuple([time, time]).optional(), reason: text })
  .refine(
    ({ entries, person, connection }) => entries !== undefined || person !== undefined || connection !== undefined,
    "Say which: entries, person or connection",
  )
  .refine(({ entries }) => entries === undefined || entries[0] <= entries[1], "The first entry is not after the last");
export type ErasureWish = z.infer<typeof erasureWish>;

/** An erasure under way or over: how many entries were erased, and of how many fitting ones the bodies stay: under a hold, or in force. */
export const erasureView = z.object({
  id: z.string(),
  state: z.enum(["running", "done", "failed"]),
  erased: z.number(),
  held: z.number(),
  inForce: z.number(),
});
export type ErasureView = z.infer<typeof erasureView>;
