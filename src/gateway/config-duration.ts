import { z } from "zod";

const how = "Write a duration such as 90s, 10m or 1h";

/** `90s`, `10m`, `1h`: parsed to milliseconds. */
export const duration = z
  // A bare number too is told what to write; a setting left out is told that it is missing.
  .string({ error: ({ input }) => (input === undefined ? undefined : how) })
  .regex(/^\d+(ms|s|m|h|d)$/, how)
  .transform((text) => Number.parseInt(text, 10) * units[text.replace(/^\d+/, "") as keyof typeof units]);

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
