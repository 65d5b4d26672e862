import type { ApprovalView } from "../shared/approval.ts";
import type { ConsoleState } from "../shared/console.ts";
import { visibleLine } from "../shared/visible.ts";
import { clockTime, waitingFor } from "./tray-state.ts";
import { notices as words } from "./words/notices.ts";

/** The text of one notification: never a reason, and a payload only where `quickNotice` gives it whole. */
export interface Notice {
  readonly title: string;
  readonly body: string;
}

/** Approvals that have been told of, by id, with the end (gateway's clock) after which they can be forgotten. */
export type Told = ReadonlyMap<string, number>;

export interface NoticePlan {
  /** To be told of now. */
  readonly fresh: readonly ApprovalView[];
  /** Decided, expired or out of reach: their notifications go. */
  readonly over: readonly string[];
  readonly told: Told;
}

/**
 * What a new state asks for, given what was told before. An approval is told of once, whatever the link does meanwhile: only its end
 * lets it be forgotten, not its absence, as a reconnecting feed starts empty. `nowMs` is by this machine's clock.
 */
export function planNotices(told: Told, state: ConsoleState, enabled: boolean, nowMs: number): NoticePlan {
  const waiting = waitingFor(state);
  const fresh = enabled ? waiting.filter((approval) => !told.has(approval.id)) : [];
  const waits = new Set(waiting.map((approval) => approval.id));
  const reached = state.session.state !== "signed-in" || state.gateway.link === "online";
  const over = [...told.keys()].filter((id) => reached && !waits.has(id));
  const kept = [...told, ...waiting.map((approval) => [approval.id, approval.expiresAtMs] as const)];
  return {
    fresh,
    over,
    told: new Map(kept.filter(([id, endsAtMs]) => waits.has(id) || endsAtMs > nowMs + state.gateway.clockOffsetMs)),
  };
}

/** What a notification says of a request; on a locked screen only that one waits. */
export function noticeFor(approval: ApprovalView, state: ConsoleState, locked: boolean): Notice {
  if (locked) return { title: words.waits, body: "" };
  const who = visibleLine(approval.requester.name, longestName);
  const tool = visibleLine(approval.tool, longestName);
  return {
    title: words.asks(who, tool, visibleLine(approval.connection, longestName)),
    body: words.unlessDecided(words.risk[approval.risk], clockTime(approval.expiresAtMs, state)),
  };
}

const longestName = 40;
