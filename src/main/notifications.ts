import { join } from "node:path";
import { Notification, powerMonitor } from "electron";
import type { ApprovalView } from "../shared/approval.ts";
import type { ConsoleState } from "../shared/console.ts";
import { noticeFor, planNotices, type Told } from "./notices.ts";
import type { Settings } from "./settings.ts";

/** Desktop notifications for new requests. A notification is a hint: the inbox is the truth. */
export interface Notifications {
  follow(state: ConsoleState): void;
  close(): void;
}

interface NotificationParts {
  readonly settings: Settings;
  readonly assets: string;
  /** Shows this approval in the window. */
  readonly open: (approval: string) => void;
}

export function createNotifications({ settings, assets, open }: NotificationParts): Notifications {
  const held: { told: Told; locked: boolean } = { told: new Map(), locked: false };
  // Held here until they end: one that is collected no longer hears its click.
  const shown = new Map<string, Notification>();
  const dismiss = (id: string): void => {
    shown.get(id)?.close();
    shown.delete(id);
  };
  const tell = (approval: ApprovalView, state: ConsoleState): void => {
    const icon = join(assets, "icons", "128x128.png");
    const notification = new Notification({ ...noticeFor(approval, state, held.locked), icon, timeoutType: "never" });
    notification.on("click", () => {
      dismiss(approval.id);
      open(approval.id);
    });
    notification.on("close", () => shown.delete(approval.id));
    shown.set(approval.id, notification);
    notification.show();
  };
  powerMonitor.on("lock-screen", () => {
    held.locked = true;
    // What stands there names people and tools.
    for (const id of shown.keys()) dismiss(id);
  });
  powerMonitor.on("unlock-screen", () => {
    held.locked = false;
  });
  return {
    follow: (state) => {
      const plan = planNotices(
        held.told,
        state,
        settings.get().notifications && Notification.isSupported(),
        Date.now(),
      );
      held.told = plan.told;
      for (const id of plan.over) dismiss(id);
      for (const approval of plan.fresh) tell(approval, state);
    },
    close: () => {
      for (const id of shown.keys()) dismiss(id);
    },
  };
}
