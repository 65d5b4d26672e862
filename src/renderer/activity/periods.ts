import type { ActivityAsk } from "../../shared/audit-activity.ts";
import { dayBegan } from "../search/ranges.ts";

export const periods = ["today", "yesterday", "week", "month"] as const;
export type Period = (typeof periods)[number];

const hourMs = 3_600_000;

/** The bounds of a period by the gateway's clock, which is so much ahead of this computer's, and the step that it is drawn in. */
export function spanOf(period: Period, offsetMs: number, nowMs = Date.now()): Omit<ActivityAsk, "by"> {
  const day = (ago: number) => Math.max(0, Math.round((dayBegan(nowMs, ago) + offsetMs) / hourMs) * hourMs);
  switch (period) {
    case "today":
      return { fromMs: day(0), toMs: day(-1), step: "hour" };
    case "yesterday":
      return { fromMs: day(1), toMs: day(0), step: "hour" };
    case "week":
      return { fromMs: day(6), toMs: day(-1), step: "day" };
    case "month":
      return { fromMs: day(29), toMs: day(-1), step: "day" };
    default:
      return period satisfies never;
  }
}
