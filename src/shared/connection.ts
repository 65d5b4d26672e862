import { z } from "zod";

/** A connection as a principal sees it (`GET /v1/connections`). */
export const connectionView = z.object({
  name: z.string(),
  title: z.string().nullable(),
  transport: z.enum(["http", "stdio"]),
  /** The target's own name and version, once it has answered. Its claim. */
  server: z.object({ name: z.string(), version: z.string() }).nullable(),
  state: z.enum(["ready", "unknown", "failed"]),
});
export type ConnectionView = z.infer<typeof connectionView>;
