import { z } from "zod";

/** What a console says on `/v1/approvals/stream`, client to gateway: which request it has open before a person, or none. Each time it changes, ten times a second at most. */
export const lookingFrame = z.strictObject({ type: z.literal("looking"), approval: z.string().max(100).nullable() });
export type LookingFrame = z.infer<typeof lookingFrame>;

/** A console says what it shows this often, however little changes: one that fell silent shows nothing any more. */
export const lookingBeatMs = 15_000;
