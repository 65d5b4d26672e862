import { fileURLToPath } from "node:url";
import { app, clipboard, session } from "electron";
import type { openClient } from "../client/index.ts";
import { setAppMenu } from "./app-menu.ts";
import { createBrowserOpener } from "./external.ts";
import { claimLinks, createLinkOpener, listenForLinks } from "./link-opener.ts";
import { openKeychain } from "./keychain.ts";
import { linkAmong } from "./links.ts";
import { claimInstance, closeBeforeQuit, nameApp, stayInTray } from "./lifecycle.ts";
import { denyPermissions, lockPages } from "./permissions.ts";
import { findProfile, openProfiles } from "./profile.ts";
import { saveText } from "./save-text.ts";
import { declareConsoleScheme, serveConsole } from "./scheme.ts";
import { openSettings } from "./settings.ts";
import { assembleShell } from "./shell.ts";
import { forgetOnSignOut } from "./sign-outs.ts";
import { startsHidden } from "./start-at-login.ts";
import { startOptions } from "./start-options.ts";
import { surroundings } from "./surroundings.ts";
import { startedPlainly } from "./switches.ts";

/** What the tray app is started with: the engineer's side, and where the built files lie. */
export interface TrayAppParts {
  readonly openClient: typeof openClient;
  readonly files: { readonly renderer: string; readonly preload: string; readonly assets: string };
  /** The system under it; this one by default. */
  readonly platform?: NodeJS.Platform;
}

/** The files as they are shipped. This module lies two folders below them both as source and built. */
export const shipped: TrayAppParts["files"] = {
  renderer: fileURLToPath(new URL("../../dist/renderer", import.meta.url)),
  preload: fileURLToPath(new URL("../../dist/preload/index.cjs", import.meta.url)),
  assets: fileURLToPath(new URL("../../assets", import.meta.url)),
};

/** The tray app from start to quit; resolves when it is up. Must be called before Electron is ready. */
export async function runTrayApp(parts: TrayAppParts): Promise<void> {
  if (!startedPlainly()) return;
  const profile = findProfile();
  nameApp(profile);
  if (!claimInstance()) return;
  const links = claimLinks(process.argv);
  stayInTray();
  declareConsoleScheme();
  lockPages();
  await app.whenReady();

  const platform = parts.platform ?? process.platform;
  setAppMenu(platform);
  const settings = openSettings();
  denyPermissions(session.defaultSession);
  serveConsole(session.defaultSession, parts.files.renderer);
  const browser = createBrowserOpener();
  const profiles = await openProfiles(parts.openClient, profile, {
    openBrowser: (url) => browser.open(url),
    copyText: (text) => clipboard.writeText(text),
    saveText,
    vaultOf: (directory) => openKeychain(directory, platform),
  });
  if (profiles === null) return app.quit();
  const place = await surroundings(platform);
  const signedOut = forgetOnSignOut(session.defaultSession);
  const shell = assembleShell({ files: parts.files, profiles, browser, settings, place, profile, signedOut });

  closeBeforeQuit(async () => {
    shell.close();
    await profiles.close();
  });
  const opener = createLinkOpener({ state: () => profiles.client.state(), show: shell.show });
  app.on("second-instance", (_event, argv) => {
    const link = linkAmong(argv);
    if (link !== null) void opener.follow(link);
    // Started twice at login, say: nobody asked to see it.
    else if (!startOptions(argv).includes("--hidden")) shell.show();
  });
  app.on("activate", () => shell.show());
  if (!startsHidden(platform, process.argv) || !place.hasTray()) shell.show();
  listenForLinks(opener, links);
  await profiles.openTunnel();
}
