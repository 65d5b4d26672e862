import type { Client } from "../client/index.ts";
import type { ConsoleEvents } from "../shared/console.ts";
import { createDesktop } from "./desktop.ts";
import type { BrowserOpener } from "./external.ts";
import { answerCalls } from "./ipc.ts";
import { createNotifications } from "./notifications.ts";
import type { ProfilePlace } from "./profile.ts";
import { decideFromNotification } from "./quick-decision.ts";
import type { Settings } from "./settings.ts";
import { createStartAtLogin } from "./start-at-login.ts";
import type { Surroundings } from "./surroundings.ts";
import { createTray } from "./tray.ts";
import { createPerformer } from "./tray-actions.ts";
import { createConsoleWindow } from "./window.ts";

/** Window, tray and notifications over one client. */
export interface Shell {
  readonly show: (what?: ConsoleEvents["show"]) => void;
  close(): void;
}

interface ShellParts {
  readonly files: { readonly preload: string; readonly assets: string };
  readonly client: Client;
  readonly browser: BrowserOpener;
  readonly settings: Settings;
  readonly place: Surroundings;
  readonly profile: ProfilePlace;
}

/** Builds them, shows the present state in each, and each change after it. */
export function assembleShell({ files, client, browser, settings, place, profile }: ShellParts): Shell {
  const { platform, hasTray, vouched } = place;
  const startAtLogin = createStartAtLogin({
    platform,
    env: process.env,
    profile: profile.userData === null ? null : profile.directory,
  });
  const follow = (): void => {
    const state = { ...client.state(), desktop: desktop.view() };
    window.send("state", state);
    tray.show(state);
    notifications.follow(state);
  };
  const desktop = createDesktop({
    settings,
    startAtLogin,
    notifications: () => notifications,
    vouched,
    hasTray,
    changed: follow,
  });
  const window = createConsoleWindow({ preload: files.preload, settings, hasTray });
  const tray = createTray({
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
    decide: (shown, verdict) => void decideFromNotification({ client, open }, shown, verdict),
  });
  answerCalls({ window, client, browser, desktop });
  window.onLoaded(() => window.send("state", { ...client.state(), desktop: desktop.view() }));
  client.onState(follow);
  client.onShow((approval) => window.show({ approval }));
  place.onChange(follow);
  startAtLogin.apply(settings.get().startAtLogin);
  follow();
  return {
    show: (what) => window.show(what),
    close: () => {
      notifications.close();
      window.close();
      tray.close();
    },
  };
}
