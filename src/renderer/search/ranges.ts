import type { AuditQuery } from "../../shared/audit-search.ts";

/** The time that is searched: a preset by the reader's own days, or bounds of their own as `datetime-local` fields have them, empty where open. */
export type Range =
  | { readonly is: "any" | "today" | "yesterday" | "week" | "month" }
  | {
      readonly is: "own";
      readonly from: string;
      readonly to: string;
      /** Of the gateway's clock to the millisecond, where a figure is looked into; gone once a bound is changed by hand. */
      readonly exact?: Required<Pick<AuditQuery, "fromMs" | "toMs">>;
    };

export const presets = ["any", "today", "yesterday", "week", "month"] as const;

/** The bounds by the gateway's clock, which is so much ahead of this computer's. */
export function boundsOf(range: Range, offsetMs: number, nowMs = Date.now()): Pick<AuditQuery, "fromMs" | "toMs"> {
  const day = (ago: number) => Math.max(0, Math.round(dayBegan(nowMs, ago) + offsetMs));
  switch (range.is) {
    case "any":
      return {};
    case "today":
      return { fromMs: day(0) };
    case "yesterday":
      return { fromMs: day(1), toMs: day(0) };
    case "week":
      return { fromMs: day(6) };
    case "month":
      return { fromMs: day(29) };
    case "own":
      return range.exact ?? { ...bound("fromMs", range.from, offsetMs), ...bound("toMs", range.to, offsetMs) };
    default:
      return range satisfies never;
  }
}

/** When the day so many days before this one began, by this computer's calendar: not all days have 24 hours. */
export function dayBegan(nowMs: number, ago: number): number {
  const day = new Date(nowMs);
  day.setHours(0, 0, 0, 0);
  return day.setDate(day.getDate() - ago);
}

function bound(name: "fromMs" | "toMs", text: string, offsetMs: number): Pick<AuditQuery, "fromMs" | "toMs"> {
  const atMs = new Date(text).getTime();
  return Number.isNaN(atMs) ? {} : { [name]: Math.max(0, Math.round(atMs + offsetMs)) };
}

/** A moment of this computer's clock as a `datetime-local` field has it. */
export function fieldTime(atMs: number): string {
  const at = new Date(atMs - new Date(atMs).getTimezoneOffset() * 60_000);
  return at.toISOString().slice(0, 16);
}

/** A day as a `date` field has it. */
export function dayField(atMs: number): string {
  return fieldTime(atMs).slice(0, 10);
}

/** The whole of a day, as a `date` field has it; any time where it has none. */
export function dayRange(day: string): Range {
  const begun = new Date(`${day}T00:00`);
  if (Number.isNaN(begun.getTime())) return { is: "any" };
  const from = fieldTime(begun.getTime());
  begun.setDate(begun.getDate() + 1);
  return { is: "own", from, to: fieldTime(begun.getTime()) };
}
