import { z } from "zod";
import { errorCodes } from "./errors.ts";

/** What one client has called of one connection since the tunnel's process started. */
const trafficLine = z.object({
  /** The client's id. */
  client: z.string(),
  connection: z.string(),
  calls: z.number().int().nonnegative(),
  errors: z.number().int().nonnegative(),
  /** By this machine's clock. */
  lastAtMs: z.number(),
});
export type TrafficLine = z.infer<typeof trafficLine>;

/** Something that failed between a client and the gateway, in our own words: never a part of a payload. */
const trafficTrouble = z.object({
  id: z.number().int(),
  /** The client's id; null where it is not known who came. */
  client: z.string().nullable(),
  connection: z.string().nullable(),
  code: z.enum(errorCodes),
  /** What happened, and what to do. */
  message: z.string(),
  /** How often in a row. */
  times: z.number().int().positive(),
  atMs: z.number(),
});
export type TrafficTrouble = z.infer<typeof trafficTrouble>;

/** What went through the tunnel since its process started; bounded, and counted without reading what it carried. */
export const trafficView = z.object({
  sinceMs: z.number(),
  lines: z.array(trafficLine),
  /** The newest first. */
  troubles: z.array(trafficTrouble),
});
export type TrafficView = z.infer<typeof trafficView>;

/** Calls and errors of several lines together; null as the time where there are none. */
export function sumOf(lines: readonly TrafficLine[]): Pick<TrafficLine, "calls" | "errors"> & {
  readonly lastAtMs: number | null;
} {
  return lines.reduce<ReturnType<typeof sumOf>>(
    (sum, { calls, errors, lastAtMs }) => ({
      calls: sum.calls + calls,
      errors: sum.errors + errors,
      lastAtMs: Math.max(sum.lastAtMs ?? 0, lastAtMs),
    }),
    { calls: 0, errors: 0, lastAtMs: null },
  );
}
