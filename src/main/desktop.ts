import { app } from "electron";
import type { SideBySide } from "../client/profiles/side-by-side.ts";
import type { DesktopCall, DesktopInput, DesktopOutput, DesktopView, NotificationTest } from "../shared/desktop.ts";
import type { ProfileCall } from "../shared/profiles.ts";
import type { Notifications } from "./notifications.ts";
import type { QuickDecisions } from "./quick-decision.ts";
import type { Settings } from "./settings.ts";
import type { StartAtLogin } from "./start-at-login.ts";

/** What the console and the tray's menu show and set of the desktop around them. */
export interface Desktop {
  readonly view: () => DesktopView;
  /** Answers one call of `desktopCalls`, its input parsed. */
  readonly answers: SideBySide["answers"] & {
    readonly [C in Exclude<DesktopCall, ProfileCall>]: (input: DesktopInput<C>) => DesktopOutput[C];
  };
  /** Asks the system anew what may have been set there. */
  lookAgain(): void;
}

interface DesktopParts {
  readonly settings: Settings;
  readonly startAtLogin: StartAtLogin;
  readonly notifications: () => Pick<Notifications, "test" | "taken">;
  readonly decisions: () => Pick<QuickDecisions, "view" | "drop">;
  readonly vouched: () => boolean;
  readonly hasTray: () => boolean;
  readonly profiles: Pick<SideBySide, "view" | "answers">;
  /** Something of the view has changed. */
  readonly changed: () => void;
}

export function createDesktop(parts: DesktopParts): Desktop {
  const { settings, startAtLogin, notifications, decisions, vouched, hasTray, profiles, changed } = parts;
  const held: { test: NotificationTest; atLogin: ReturnType<StartAtLogin["state"]> } = {
    test: "none",
    atLogin: startAtLogin.state(),
  };
  const testIs = (test: NotificationTest): void => {
    held.test = test;
    changed();
  };
  return {
    view: () => {
      const { notifications: on, quietHours } = settings.get();
      return {
        notifications: on,
        quietHours,
        startAtLogin: startAtLogin.offered ? held.atLogin === "on" : null,
        startHeld: held.atLogin === "held",
        test: held.test,
        notificationsTaken: notifications().taken(),
        decidesInNotifications: vouched(),
        hasTray: hasTray(),
        decisions: [...decisions().view()],
        profiles: profiles.view(),
      };
    },
    answers: {
      ...profiles.answers,
      "desktop.set": (input) => {
        settings.set(given(input));
        if (input.startAtLogin !== undefined) startAtLogin.apply(input.startAtLogin);
        held.atLogin = startAtLogin.state();
        changed();
        return null;
      },
      "desktop.testNotification": () => {
        testIs("waiting");
        notifications().test(testIs);
        return null;
      },
      "desktop.dropDecision": ({ id }) => {
        decisions().drop(id);
        return null;
      },
      "desktop.quit": () => {
        // After the answer has left.
        setImmediate(() => app.quit());
        return null;
      },
    },
    lookAgain: () => {
      const before = held.atLogin;
      held.atLogin = startAtLogin.state();
      if (held.atLogin !== before) changed();
    },
  };
}

/** What was named, without members that are there but undefined. */
function given({ notifications, quietHours }: DesktopInput<"desktop.set">): Parameters<Settings["set"]>[0] {
  return {
    ...(notifications === undefined ? {} : { notifications }),
    ...(quietHours === undefined ? {} : { quietHours }),
  };
}
