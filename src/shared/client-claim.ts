import { z } from "zod";

/** How an MCP client program last named itself in its handshake, and when: its own claim, at most 100 and 40 characters, shown as quoted data. */
export const clientClaim = z.object({ name: z.string(), version: z.string().nullable(), atMs: z.number() });
export type ClientClaim = z.infer<typeof clientClaim>;
