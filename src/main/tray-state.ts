import { waitsForReader } from "../shared/approval-steps.ts";
import type { ApprovalView } from "../shared/approval.ts";
import type { ConsoleState } from "../shared/console.ts";
import { tray } from "./words/tray.ts";

/** What the tray's glyph says. Filled (connected, attention): calls flow. Hollow: they do not. */
export type TrayGlyph = "signed-out" | "connected" | "attention" | "offline" | "paused";

/** Sorted once for each list, however many ask: there may be thousands. */
const waiting = new WeakMap<ConsoleState["approvals"], readonly ApprovalView[]>();

/** The requests that wait for this person's decision, the first to run out first. */
export function waitingFor({ approvals }: ConsoleState): readonly ApprovalView[] {
  const known = waiting.get(approvals);
  if (known !== undefined) return known;
  const found = approvals
    .filter(waitsForReader)
    .sort((a, b) => a.expiresAtMs - b.expiresAtMs || a.createdAtMs - b.createdAtMs);
  waiting.set(approvals, found);
  return found;
}

export function trayGlyph(state: ConsoleState): TrayGlyph {
  if (state.session.state !== "signed-in") return "signed-out";
  if (state.gateway.link !== "online") return "offline";
  if (state.pause !== null) return "paused";
  return waitingFor(state).length > 0 ? "attention" : "connected";
}

/** File name of a state's glyph, without size: `connected`, `attention-3`, `attention-more` above nine. */
export function glyphName(state: ConsoleState): string {
  const glyph = trayGlyph(state);
  if (glyph !== "attention") return glyph;
  const count = waitingFor(state).length;
  return count > 9 ? "attention-more" : `attention-${count}`;
}

/** Which inks are read on this desktop's panel. GNOME's is dark under either theme; Windows tells its panel's theme apart from the apps'. */
export function panelLook(
  platform: NodeJS.Platform,
  desktop: string,
  theme: { readonly shouldUseDarkColors: boolean; readonly shouldUseDarkColorsForSystemIntegratedUI: boolean },
): "on-dark" | "on-light" | "template" {
  if (platform === "darwin") return "template";
  if (platform === "win32") return theme.shouldUseDarkColorsForSystemIntegratedUI ? "on-dark" : "on-light";
  if (/gnome|unity/i.test(desktop)) return "on-dark";
  return theme.shouldUseDarkColors ? "on-dark" : "on-light";
}

/** One line that says the same as the glyph, for the pointer and for screen readers. */
export function trayToolTip(state: ConsoleState): string {
  const glyph = trayGlyph(state);
  switch (glyph) {
    case "signed-out":
    case "offline":
    case "paused":
    case "connected":
      return tray.toolTip[glyph];
    case "attention":
      return tray.toolTip.attention(waitingFor(state).length);
    default:
      return glyph satisfies never;
  }
}

/** A moment of the gateway's clock as this machine's clock and zone write it, `14:36`. */
export function clockTime(atMs: number, state: ConsoleState): string {
  return localTime(atMs - state.gateway.clockOffsetMs);
}

/** A moment of this machine's clock, `14:36`. */
export function localTime(atMs: number): string {
  const at = new Date(atMs);
  return `${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;
}
