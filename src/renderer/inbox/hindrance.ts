import type { ApprovalView } from "../../shared/approval.ts";
import type { ConsoleState } from "../../shared/console.ts";
import { gatewayTime } from "../times.ts";

/** Why nothing can be decided now; the bar says it in words. */
export type Hindrance = "lost" | "signedOut" | "offline" | "late";

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
  if (gatewayTime(state.gateway, nowMs) >= approval.expiresAtMs) return "late";
  return null;
}
