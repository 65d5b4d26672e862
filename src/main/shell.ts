import { app } from "electron";
import type { SideBySide } from "../client/profiles/side-by-side.ts";
import { createStatePushes } from "../client/state-pushes.ts";
import type { ConsoleEvents, ConsoleState } from "../shared/console.ts";
import { createDesktop } from "./desktop.ts";
import type { BrowserOpener } from "./external.ts";
import { answerCalls } from "./ipc.ts";
import { createNotifications } from "./notifications.ts";
import type { ProfilePlace } from "./profile.ts";
import { createQuickDecisions } from "./quick-decision.ts";
import type { Settings } from "./settings.ts";
import { createStartAtLogin } from "./start-at-login.ts";
import type { Surroundings } from "./surroundings.ts";
import { createTray } from "./tray.ts";
import { countOverlay } from "./tray-image.ts";
import { waitingFor } from "./tray-state.ts";
import { createPerformer } from "./tray-actions.ts";
import { createConsoleWindow } from "./window.ts";
import { requestsWait } from "./words/tray.ts";

/** Window, tray and notifications over the profile that is open. */
export interface Shell {
  readonly show: (what?: ConsoleEvents["show"]) => void;
  close(): void;
}

interface ShellParts {
  readonly files: { readonly preload: string; readonly assets: string };
  readonly profiles: SideBySide;
  readonly browser: BrowserOpener;
  readonly settings: Settings;
  readonly place: Surroundings;
  readonly profile: ProfilePlace;
  /** Hears of each state, to clear what pages left behind when somebody signs out. */
  readonly signedOut: (state: ConsoleState) => void;
}

/** Builds them, shows the present state in each, and each change after it. */
export function assembleShell({ files, profiles, browser, settings, place, profile, signedOut }: ShellParts): Shell {
  const { client } = profiles;
  const { platform, hasTray, vouched } = place;
  const startAtLogin = createStartAtLogin({
    platform,
    env: process.env,
    profile: profile.only,
  });
  const stateNow = (): ConsoleState => ({ ...client.state(), desktop: desktop.view() });
  const follow = (): void => {
    decisions.follow(client.state());
    const state = stateNow();
    const push = pushes.next(state);
    if (push !== null) window.push(push);
    tray.show(state);
    if (platform === "win32") window.overlay(countOverlay(files.assets, state), requestsWait(waitingFor(state).length));
    notifications.follow(state);
    signedOut(state);
  };
  const desktop = createDesktop({
    settings,
    startAtLogin,
    notifications: () => notifications,
    decisions: () => decisions,
    vouched,
    hasTray,
    profiles,
    changed: follow,
  });
  const window = createConsoleWindow({ preload: files.preload, settings, hasTray });
  const tray = createTray({
    platform,
    assets: files.assets,
    choices: () => desktop.view(),
    perform: createPerformer({ window, client, browser, desktop }),
  });
  const open = (approval: string | null): void => client.show(approval);
  const notifications = createNotifications({
    settings,
    assets: files.assets,
    platform,
    vouched,
    open,
    decide: (shown, verdict) => decisions.decide(shown, verdict),
    changed: () => follow(),
  });
  const decisions = createQuickDecisions({ client, open, tell: notifications.tell, changed: () => follow() });
  const pushes = createStatePushes(stateNow());
  answerCalls({ window, client, browser, desktop, whole: pushes.whole });
  window.onLoaded(() => window.push(pushes.whole()));
  client.onState(follow);
  client.onShow((approval) => window.show({ approval }));
  place.onChange(follow);
  profiles.onChange(follow);
  startAtLogin.refresh();
  const lookAgain = (): void => desktop.lookAgain();
  app.on("browser-window-focus", lookAgain);
  follow();
  return {
    show: (what) => window.show(what),
    close: () => {
      app.off("browser-window-focus", lookAgain);
      decisions.close();
      notifications.close();
      window.close();
      tray.close();
    },
  };
}
