import { duration } from "../gateway/config-duration.ts";
import { CountersignError } from "../shared/errors.ts";

/** A moment as a person writes it, in ms since the epoch. Throws CountersignError `usage` that names the option. */
export function momentOf(option: string, text: string, nowMs: number): number {
  const back = duration.safeParse(text);
  if (back.success) return nowMs - back.data;
  const moment = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(moment)) return moment;
  const message = `${option} takes a date (2026-11-20), a time (2026-11-20T08:00:00Z) or a duration back from now (24h, 7d).`;
  throw new CountersignError("usage", message);
}
