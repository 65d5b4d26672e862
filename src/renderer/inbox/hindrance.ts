import type { ApprovalView } from "../../shared/approval.ts";
import type { ConsoleState } from "../../shared/console.ts";
import { waitsHere } from "../../shared/device.ts";
import { gatewayTime } from "../times.ts";

/** Why nothing can be decided now; the bar says it in words. */
export type Hindrance = "lost" | "signedOut" | "offline" | "waits" | "late";

/** Why a pending request is not this person's to decide, whatever the link does; null where it is, or where it isn't pending. */
export function barredBy({ state, standing }: ApprovalView): "decided" | "not-their-step" | "none" | null {
  return state !== "pending" || standing === "decide" || standing === "deny" ? null : standing;
}

/** The first reason that stands against deciding this request, or null. */
export function hindrance(
  approval: ApprovalView,
  state: ConsoleState,
  isLinked: boolean,
  nowMs: number,
): Hindrance | null {
  if (!isLinked) return "lost";
  if (state.session.state !== "signed-in") return "signedOut";
  if (state.gateway.link !== "online") return "offline";
  if (waitsHere(state.devices) !== undefined) return "waits";
  if (gatewayTime(state.gateway, nowMs) >= approval.expiresAtMs) return "late";
  return null;
}
