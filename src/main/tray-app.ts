import { fileURLToPath } from "node:url";
import { app, clipboard, session } from "electron";
import type { Client, openClient } from "../client/index.ts";
import { startAtLogin } from "./start-at-login.ts";
import { createBrowserOpener } from "./external.ts";
import { answerCalls } from "./ipc.ts";
import { claimInstance, closeBeforeQuit, nameApp, stayInTray } from "./lifecycle.ts";
import { createNotifications } from "./notifications.ts";
import { denyPermissions, lockPages } from "./permissions.ts";
import { findProfile, openProfile } from "./profile.ts";
import { report } from "./report.ts";
import { declareConsoleScheme, serveConsole } from "./scheme.ts";
import { openSettings } from "./settings.ts";
import { startedPlainly } from "./switches.ts";
import { createTray } from "./tray.ts";
import { createPerformer } from "./tray-actions.ts";
import { createConsoleWindow } from "./window.ts";

/** What the tray app is started with: the engineer's side, and where the built files lie. */
export interface TrayAppParts {
  readonly openClient: typeof openClient;
  readonly files: { readonly renderer: string; readonly preload: string; readonly assets: string };
}

/** The files as they are shipped. This module lies two folders below them both as source and built. */
export const shipped: TrayAppParts["files"] = {
  renderer: fileURLToPath(new URL("../../dist/renderer", import.meta.url)),
  preload: fileURLToPath(new URL("../../dist/preload/index.cjs", import.meta.url)),
  assets: fileURLToPath(new URL("../../assets", import.meta.url)),
};

/** The tray app from start to quit; resolves when it is up. Must be called before Electron is ready. */
export async function runTrayApp({ openClient, files }: TrayAppParts): Promise<void> {
  if (!startedPlainly()) return;
  const profile = findProfile();
  nameApp(profile);
  if (!claimInstance()) return;
  stayInTray();
  declareConsoleScheme();
  lockPages();
  await app.whenReady();

  const settings = openSettings();
  denyPermissions(session.defaultSession);
  serveConsole(session.defaultSession, files.renderer);
  const browser = createBrowserOpener();
  const client = await openProfile(openClient, profile, {
    openBrowser: (url) => browser.open(url),
    copyText: (text) => clipboard.writeText(text),
  });
  if (client === null) return app.quit();

  const window = createConsoleWindow({ preload: files.preload, settings });
  answerCalls({ window, client, browser });
  const perform = createPerformer({ window, client, browser, settings, redraw: () => tray.show(client.state()) });
  const tray = createTray({ assets: files.assets, settings, perform });
  const notifications = createNotifications({ settings, assets: files.assets, open: (id) => client.show(id) });
  const follow = (): void => {
    const state = client.state();
    window.send("state", state);
    tray.show(state);
    notifications.follow(state);
  };

  closeBeforeQuit(async () => {
    notifications.close();
    window.close();
    tray.close();
    await client.close();
  });
  window.onLoaded(() => window.send("state", client.state()));
  client.onState(follow);
  client.onShow((approval) => window.show({ approval }));
  app.on("second-instance", () => window.show());
  app.on("activate", () => window.show());
  startAtLogin.apply(settings.get().startAtLogin);
  follow();
  if (!process.argv.includes("--hidden")) window.show();
  await openTunnel(client);
}

/** A tunnel that does not open is part of the state that window and tray show; the app lives on without it. */
async function openTunnel(client: Client): Promise<void> {
  try {
    await client.openTunnel();
  } catch (error) {
    report("The tunnel for MCP clients did not open", error);
  }
}
