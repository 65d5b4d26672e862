import { powerMonitor } from "electron";
import type { ApprovalView, Verdict } from "../shared/approval.ts";
import type { ConsoleState } from "../shared/console.ts";
import { waitsHere } from "../shared/device.ts";
import { personOf } from "../shared/signed-in.ts";
import { crowdNotice, mostStanding } from "./crowd.ts";
import { isMissed, missedMore, nothingMissed, summaryOf, type Missed } from "./missed.ts";
import { deviceNotice } from "./device-notice.ts";
import { noticeFor, planNotices, type Told } from "./notices.ts";
import { outcomeNotice, planOutcomes, type Awaited } from "./outcomes.ts";
import { quickNotice } from "./quick-notice.ts";
import { isQuiet } from "./quiet-hours.ts";
import { sessionNotice } from "./session-notice.ts";
import type { Settings } from "./settings.ts";
import { createStanding, type MakeToast } from "./standing.ts";
import { createToasts, type Toast } from "./toasts.ts";
import { clockTime, waitingFor } from "./tray-state.ts";
import { notices as words } from "./words/notices.ts";

/** Desktop notifications: new requests for who decides, outcomes for who asked. A notification is a hint: the inbox is the truth. */
export interface Notifications {
  follow(state: ConsoleState): void;
  /** What came of a click on one: whoever clicked is told, in quiet hours too; null takes what was told away. */
  readonly tell: (id: string, make: MakeToast | null) => void;
  /** Shows one that asks for a click; `done` hears whether it came back. */
  test(done: (outcome: "clicked" | "missed" | "failed") => void): void;
  /** False where the system takes none. What its do-not-disturb holds back it does not say. */
  taken(): boolean;
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
  /** Decides as was clicked, over exactly what this notification showed. */
  readonly decide: (shown: ApprovalView, verdict: Verdict) => void;
  /** `taken` has changed. */
  readonly changed: () => void;
  readonly now?: () => number;
}

/** What was told, and what is still to be: all of it of one person. */
interface Memory {
  readonly told: Told;
  readonly awaited: Awaited;
  readonly missed: Missed;
}

const nothing: Memory = { told: new Map(), awaited: new Map(), missed: nothingMissed };

export function createNotifications(parts: NotificationParts): Notifications {
  const { settings, open, now = Date.now } = parts;
  let person: string | null = null;
  let memory = nothing;
  let last: ConsoleState | null = null;
  let quietEnds: ReturnType<typeof setTimeout> | undefined;
  let locked = false;
  let toldSession: string | null = null;
  let toldDevices: ReadonlySet<string> = new Set();
  // Linux tells of no lock, but where it knows one it can be asked.
  const isLocked = (): boolean => locked || powerMonitor.getSystemIdleState(longIdleSeconds) === "locked";
  const toasts = createToasts({ ...parts, opened: open });
  const standing = createStanding(toasts, isLocked);

  function follow(state: ConsoleState): void {
    last = state;
    beSomebody(personOf(state));
    const { notifications, quietHours } = settings.get();
    const requests = planNotices(memory.told, state, notifications, now());
    const outcomes = planOutcomes(memory.awaited, state);
    for (const id of requests.over) standing.dismiss(id);
    if (requests.over.length > 0 && waitingFor(state).length === 0) standing.dismiss("crowd");
    const quiet = notifications && isQuiet(quietHours, now());
    const { missed } = memory;
    const heard = { told: requests.told, awaited: outcomes.awaited };
    if (!notifications) memory = { ...heard, missed: nothingMissed };
    else if (quiet) memory = { ...heard, missed: missedMore(missed, requests.fresh, outcomes.fresh) };
    else {
      memory = { ...heard, missed: nothingMissed };
      if (isMissed(missed)) tellMissed(missed, state);
      tellRequests(requests.fresh, state);
      for (const each of outcomes.fresh)
        standing.show(`outcome ${each.id}`, (hidden) => outcomeToast(parts, each, hidden));
    }
    if (!notifications || !quiet) {
      tellSession(notifications ? state : null);
      tellDevices(notifications ? state : null);
    }
    awaitQuietEnd();
  }

  /** One notification about the sign-in at a time, and each thing about it told once. */
  function tellSession(state: ConsoleState | null): void {
    const notice = state && sessionNotice(state, false);
    if ((notice?.title ?? null) === toldSession) return;
    toldSession = notice?.title ?? null;
    if (notice === null) standing.dismiss("session");
    else
      standing.show("session", (hidden) => {
        const shown = last && sessionNotice(last, hidden);
        return shown && { ...shown, buttons: [], clicked: () => open(null) };
      });
  }

  /** Each device that is new is told of once; the console asks about it until somebody says that they know it. */
  function tellDevices(state: ConsoleState | null): void {
    const added = state?.devices.filter(({ isNew }) => isNew).map(({ id }) => id) ?? [];
    const isFresh = added.some((id) => !toldDevices.has(id));
    toldDevices = new Set(added);
    if (added.length === 0) standing.dismiss("devices");
    else if (isFresh)
      standing.show("devices", (hidden) => {
        const notice = last && deviceNotice(last, hidden);
        return notice && { ...notice, buttons: [], clicked: () => open(null) };
      });
  }

  /** Undefined where nobody is known to have come or gone. What one person was told of is nothing to the next. */
  function beSomebody(who: string | null | undefined): void {
    if (who === undefined || who === person) return;
    person = who;
    memory = nothing;
    toldSession = null;
    standing.clear();
  }

  function tellRequests(fresh: readonly ApprovalView[], state: ConsoleState): void {
    if (fresh.length === 0) return;
    const stand = waitingFor(state).filter(({ id }) => toasts.stands(id)).length;
    if (stand + fresh.length > mostStanding) return tellCrowd();
    for (const each of fresh) standing.show(each.id, (hidden) => requestToast(parts, each, state, hidden));
  }

  function tellCrowd(): void {
    if (toasts.stands("crowd")) return;
    standing.show("crowd", (hidden) => {
      const notice = last && crowdNotice(last, hidden);
      return notice && { ...notice, buttons: [], clicked: () => open(null) };
    });
  }

  function tellMissed(missed: Missed, state: ConsoleState): void {
    standing.show("missed", (hidden) => {
      const summary = summaryOf(missed, last ?? state, hidden);
      return summary && { ...summary, buttons: [], clicked: () => open(summary.opens) };
    });
  }

  /** A timer does not count the time in which the machine sleeps, so that the clock is looked at again now and then. */
  function awaitQuietEnd(): void {
    clearTimeout(quietEnds);
    if (!isMissed(memory.missed)) return;
    quietEnds = setTimeout(() => last !== null && follow(last), lookEveryMs);
    quietEnds.unref();
  }

  const lock = (): void => {
    locked = true;
    standing.hideNames();
  };
  const unlock = (): void => {
    locked = false;
  };
  powerMonitor.on("lock-screen", lock);
  powerMonitor.on("unlock-screen", unlock);
  return {
    follow,
    tell: (id, make) => (make === null ? standing.dismiss(id) : standing.show(id, make)),
    test: (done) => toasts.test(done),
    taken: () => toasts.taken(),
    close: () => {
      clearTimeout(quietEnds);
      powerMonitor.off("lock-screen", lock);
      powerMonitor.off("unlock-screen", unlock);
      toasts.clear();
    },
  };
}

/** What counts as idle is not asked here. */
const longIdleSeconds = 3600;
const lookEveryMs = 30_000;

/** Deny stands first: macOS shows the first button alone until the notification is unfolded. */
function requestToast(parts: NotificationParts, approval: ApprovalView, state: ConsoleState, hidden: boolean): Toast {
  const { decide, open, vouched } = parts;
  const clicked = (): void => open(approval.id);
  const mayClick = !hidden && vouched() && waitsHere(state.devices) === undefined;
  const quick = !mayClick ? null : quickNotice(approval, clockTime(approval.expiresAtMs, state));
  if (quick === null) return { ...noticeFor(approval, state, hidden), buttons: [], clicked };
  const buttons = [
    { label: words.quick.deny, press: () => decide(approval, "deny") },
    { label: words.quick.approve, press: () => decide(approval, "approve") },
  ];
  return { ...quick, buttons, clicked };
}

function outcomeToast({ open }: NotificationParts, approval: ApprovalView, hidden: boolean): Toast | null {
  const notice = outcomeNotice(approval, hidden);
  return notice && { ...notice, buttons: [], clicked: () => open(approval.id) };
}
