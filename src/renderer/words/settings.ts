import type { NotificationTest } from "../../shared/desktop.ts";

export const settings = {
  title: "Settings",
  note: "of this computer",
  notifications: "Notifications",
  notify: "Notify of new requests and of what became of yours",
  locked: "On a locked screen a notification says only that a request waits.",
  decides: {
    yes: "A request whose rule says quick can be decided from its notification, where all of it fits.",
    no: "A notification opens its request; decisions are made in this window.",
  },
  notTaken:
    "The system takes no notification of Countersign’s now. Requests still reach the inbox, and the tray counts them.",
  disturb: "Whether this computer’s own do-not-disturb is on cannot be known here: the test below shows whether it is.",
  quiet: "Quiet hours",
  quietOn: "Show no notification each day",
  from: "From",
  to: "To",
  quietNote:
    "Requests still arrive in the inbox, and the tray counts them. At their end one notification says what still waits.",
  test: "Test notifications",
  testing: {
    none: "Shows one to click, and says here whether the click came back.",
    waiting: "Sent. Click the notification.",
    clicked: "The click came back: notifications work.",
    missed: "No click came back within a minute. Look whether the system lets Countersign notify.",
    failed: "The system showed none. Look whether it lets Countersign notify.",
  } satisfies Record<NotificationTest, string>,
  start: "Start",
  atLogin: "Start at login, in the tray",
  atLoginUntrayed: "Start at login",
  startHeld: "The system starts it once you allow that in its own settings, among the login items.",
  notInstalled: "Start at login can be set once Countersign is installed.",
  noTray: "This desktop shows no tray, so Countersign stays in the window list.",
  quit: "Quit Countersign",
  refused: "Not changed",
} as const;
