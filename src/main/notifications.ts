import { powerMonitor } from "electron";
import type { ApprovalView, Verdict } from "../shared/approval.ts";
import type { ConsoleState } from "../shared/console.ts";
import { noticeFor, planNotices, type Notice, type Told } from "./notices.ts";
import { outcomeNotice, planOutcomes, type Awaited } from "./outcomes.ts";
import { quickNotice } from "./quick-notice.ts";
import { isQuiet } from "./quiet-hours.ts";
import type { Settings } from "./settings.ts";
import { createToasts } from "./toasts.ts";
import { clockTime } from "./tray-state.ts";

/** Desktop notifications: new requests for who decides, outcomes for who asked. A notification is a hint: the inbox is the truth. */
export interface Notifications {
  follow(state: ConsoleState): void;
  /** Shows one that asks for a click; `done` hears whether it came back. */
  test(done: (outcome: "clicked" | "missed" | "failed") => void): void;
  close(): void;
}

interface NotificationParts {
  readonly settings: Pick<Settings, "get">;
  readonly assets: string;
  readonly platform: NodeJS.Platform;
  /** Whether the system vouches for clicks on our notifications (vouched.ts). */
  readonly vouched: () => boolean;
  /** Shows this approval in the window, or just the window. */
  readonly open: (approval: string | null) => void;
  /** Signs and sends what was clicked, over exactly what this notification showed. */
  readonly decide: (shown: ApprovalView, verdict: Verdict) => void;
  readonly now?: () => number;
}

export function createNotifications(parts: NotificationParts): Notifications {
  const { settings, open, decide, vouched, now = Date.now } = parts;
  const held: { told: Told; awaited: Awaited; locked: boolean; state: ConsoleState | null } = {
    told: new Map(),
    awaited: new Map(),
    locked: false,
    state: null,
  };
  // Linux tells of no lock, but where it knows one it can be asked.
  const isLocked = (): boolean => held.locked || powerMonitor.getSystemIdleState(longIdleSeconds) === "locked";
  const toasts = createToasts({ ...parts, opened: open });
  // What stands there, so that it can be told again without names when the screen is locked.
  const waiting = new Map<string, ApprovalView>();

  const tell = (approval: ApprovalView, state: ConsoleState): void => {
    waiting.set(approval.id, approval);
    const locked = isLocked();
    const quick = locked || !vouched() ? null : quickNotice(approval, clockTime(approval.expiresAtMs, state));
    const notice = quick ?? noticeFor(approval, state, locked);
    const buttons = quick === null ? [] : decideButtons(approval, decide);
    toasts.show(approval.id, { ...notice, buttons, clicked: () => open(approval.id) });
  };
  const tellOutcome = (approval: ApprovalView): void => {
    const notice: Notice | null = outcomeNotice(approval, isLocked());
    if (notice !== null)
      toasts.show(`outcome ${approval.id}`, { ...notice, buttons: [], clicked: () => open(approval.id) });
  };
  const lock = (): void => {
    held.locked = true;
    // What stands there names people and tools.
    const standing = [...waiting.values()].filter(({ id }) => toasts.stands(id));
    toasts.clear();
    for (const approval of standing) if (held.state !== null) tell(approval, held.state);
  };
  const unlock = (): void => {
    held.locked = false;
  };
  powerMonitor.on("lock-screen", lock);
  powerMonitor.on("unlock-screen", unlock);
  return {
    follow: (state) => {
      held.state = state;
      const { notifications, quietHours } = settings.get();
      const enabled = notifications && !isQuiet(quietHours, now());
      const requests = planNotices(held.told, state, enabled, now());
      const outcomes = planOutcomes(held.awaited, state);
      held.told = requests.told;
      held.awaited = outcomes.awaited;
      for (const id of requests.over) {
        waiting.delete(id);
        toasts.dismiss(id);
      }
      for (const approval of requests.fresh) tell(approval, state);
      if (enabled) for (const approval of outcomes.fresh) tellOutcome(approval);
    },
    test: (done) => toasts.test(done),
    close: () => {
      powerMonitor.off("lock-screen", lock);
      powerMonitor.off("unlock-screen", unlock);
      toasts.clear();
    },
  };
}

/** What counts as idle is not asked here. */
const longIdleSeconds = 3600;

/** Deny stands first: macOS shows the first button alone until the notification is unfolded. */
function decideButtons(approval: ApprovalView, decide: NotificationParts["decide"]) {
  return [
    { label: "Deny", press: () => decide(approval, "deny") },
    { label: "Approve", press: () => decide(approval, "approve") },
  ];
}
