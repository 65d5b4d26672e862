import type { QuietHours } from "../shared/desktop.ts";

/** Whether no notification is to be shown at this moment (milliseconds, this machine's clock and zone). From a time to itself is the whole day. */
export function isQuiet({ on, from, to }: QuietHours, nowMs: number): boolean {
  if (!on) return false;
  const now = new Date(nowMs);
  const minute = now.getHours() * 60 + now.getMinutes();
  const [begins, ends] = [minutes(from), minutes(to)];
  return begins < ends ? begins <= minute && minute < ends : minute >= begins || minute < ends;
}

function minutes(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}
