import { z } from "zod";

/** A connection as a principal sees it (`GET /v1/connections`). */
export const connectionView = z.object({
  name: z.string(),
  title: z.string().nullable(),
  transport: z.enum(["http", "stdio", "agent"]),
  /** The target's own name and version, once it has answered. Its claim. */
  server: z.object({ name: z.string(), version: z.string() }).nullable(),
  state: z.enum(["ready", "unknown", "failed"]),
  /** Why it failed, where that is known without a call: its agent is away. */
  reason: z.string().optional(),
});
export type ConnectionView = z.infer<typeof connectionView>;
