import { z } from "zod";
import { approvalView } from "./approval.ts";

/**
 * The frames of `/v1/approvals/stream`, gateway to client, one JSON object a text message.
 * Opened with `?after=REVISION` the stream first sends every approval changed since, so nothing is lost;
 * without it, every pending one. `ready` says that what follows is live.
 * `whole` in `hello`: too much has changed since that revision; until `ready` come all that are pending, approved or claimed, and ended
 * ones as far as they fit. One of those that isn't named has ended.
 */
export const feedFrame = z.discriminatedUnion("type", [
  z.object({ type: z.literal("hello"), v: z.literal(1), nowMs: z.number(), whole: z.literal(true).optional() }),
  z.object({ type: z.literal("approval"), approval: approvalView }),
  z.object({ type: z.literal("ready"), revision: z.number().int() }),
  /** Something about the grants that the reader may see has changed: `GET /v1/grants` has them. At most one a second. */
  z.object({ type: z.literal("grants") }),
  /** Something about the reader's own devices has changed: `GET /v1/devices` has them. */
  z.object({ type: z.literal("devices") }),
  /** Who else has this request open before them now, by name; sent to those alone who say what they look at (looking.ts). */
  z.object({ type: z.literal("looking"), approval: z.string(), by: z.array(z.string()) }),
  /** The newest signed tree head (C2SP checkpoint); the client keeps the last it saw. */
  z.object({ type: z.literal("checkpoint"), note: z.string() }),
  /** Every 15 s: the gateway's clock, and a sign of life. */
  z.object({ type: z.literal("time"), nowMs: z.number() }),
]);
export type FeedFrame = z.infer<typeof feedFrame>;
export const feedBeatMs = 15_000;
/** No frame is larger: a client ends the stream at one that is. */
export const mostFrameBytes = 16 * 1024 * 1024;
