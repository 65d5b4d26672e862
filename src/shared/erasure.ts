import { z } from "zod";

/** How an entry was erased: by which rule, or by whom and why; `record` is the entry that says so. */
export const erasure = z.object({
  record: z.number().int().nonnegative(),
  atMs: z.number().int(),
  rule: z.string().nullable(),
  by: z.string().nullable(),
  reason: z.string(),
});
export type Erasure = z.infer<typeof erasure>;

/** The same in words, behind "was erased": when, and under which rule or by whom. */
export function erasedWords({ atMs, rule, by, reason }: Erasure): string {
  const day = new Date(atMs).toISOString().slice(0, 10);
  return rule === null ? `on ${day} by ${by ?? "nobody"}: ${reason}` : `on ${day} under the retention rule ${rule}`;
}
