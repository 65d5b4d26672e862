import { z } from "zod";

/** A tool as the gateway last saw it declared (`GET /v1/tools`). `fingerprint` is today's, `accepted` the one that calls are let through with. */
export const toolView = z.object({
  connection: z.string(),
  tool: z.string(),
  /** The server's own words, masked. */
  description: z.string().nullable(),
  fingerprint: z.string(),
  accepted: z.string(),
});
export type ToolView = z.infer<typeof toolView>;

/** `POST /v1/tools/accept`: the fingerprint is the one that was looked at. */
export const toolAcceptance = z.strictObject({
  connection: z.string().max(100),
  tool: z.string().max(1000),
  fingerprint: z.string().length(43),
});
export type ToolAcceptance = z.infer<typeof toolAcceptance>;
