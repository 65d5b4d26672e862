import { mkdtemp, rm } from "node:fs/promises";
import { registerHooks } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext } from "playwright-core";
import { launchBrowser } from "../browser.ts";
import { StandInApp } from "./app.ts";
import { createWindowClass, type WindowClass } from "./browser-window.ts";
import { createDesktop, StandInNotification, type Desktop } from "./desktop.ts";
import { StandInIpcMain } from "./ipc-main.ts";
import { StandInSafeStorage } from "./safe-storage.ts";
import { StandInProtocol, StandInSession } from "./session.ts";
import { StandInImage, StandInMenu, StandInTray } from "./tray.ts";

/**
 * Electron as a test sees it: main and preload run for real over it, windows are real Chromium pages, everything native is recorded.
 *
 * It shows behaviour and wiring. It cannot show native windows, menus, trays and notifications as a desktop draws them, the renderer's
 * sandbox, fuses, ASAR, the OS keychain, start at login, or the `app:` scheme under its own name (see addresses.ts); messages cross as
 * JSON rather than as structured clones. Those need the real binary.
 */
export interface StandIn {
  readonly app: StandInApp;
  readonly desktop: Desktop;
  readonly ipcMain: StandInIpcMain;
  readonly safeStorage: StandInSafeStorage;
  /** With what the reporter of crashes was started. */
  readonly crashReports: readonly object[];
  readonly session: StandInSession;
  readonly BrowserWindow: WindowClass;
  readonly trays: readonly StandInTray[];
  readonly notifications: readonly StandInNotification[];
  /** A scratch folder that goes with the stand-in; user data lies below it. */
  readonly folder: string;
  /** Runs an entry as Electron does: readiness comes only once it has been evaluated. */
  start(entry: () => unknown): Promise<void>;
  close(): Promise<void>;
}

/** Puts a stand-in in the place of `electron` for this process. Once a process: main's modules bind to it when they are first imported. */
export async function installElectron(options: { readonly instanceTaken?: boolean } = {}): Promise<StandIn> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-electron-"));
  const chromiumPages = lazyContext();
  const windows: { all: WindowClass | null } = { all: null };
  const app = new StandInApp({
    folder,
    instanceTaken: options.instanceTaken ?? false,
    closeWindows: () => closeAll(windows.all?.all ?? []),
  });
  const protocol = new StandInProtocol(() => app.isReady());
  const session = new StandInSession(protocol);
  const ipcMain = new StandInIpcMain();
  const desktop = createDesktop();
  const safeStorage = new StandInSafeStorage();
  const crashReports: object[] = [];
  const BrowserWindow = createWindowClass(app, { context: () => chromiumPages.open(), protocol, ipcMain });
  windows.all = BrowserWindow;
  replaceElectron({
    app,
    BrowserWindow,
    ipcMain,
    protocol,
    session: { defaultSession: session },
    Menu: StandInMenu,
    Tray: StandInTray,
    nativeImage: StandInImage.factory,
    Notification: StandInNotification,
    clipboard: desktop.clipboard,
    dialog: desktop.dialog,
    nativeTheme: desktop.nativeTheme,
    powerMonitor: desktop.powerMonitor,
    crashReporter: { start: (options: object) => void crashReports.push(options) },
    safeStorage,
    screen: desktop.screen,
    shell: desktop.shell,
  });
  return {
    app,
    desktop,
    safeStorage,
    crashReports,
    ipcMain,
    session,
    BrowserWindow,
    trays: StandInTray.all,
    notifications: StandInNotification.all,
    folder,
    start: async (entry) => {
      await entry();
      app.becomeReady();
    },
    close: async () => {
      // A page that is still being opened would fail in nobody's hands.
      await Promise.allSettled(BrowserWindow.all.map((window) => window.webContents.page));
      await chromiumPages.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Debian's Chromium, started with the first window. */
function lazyContext(): { open(): Promise<BrowserContext>; close(): Promise<void> } {
  const held: { browser: Promise<Browser> | null; context: Promise<BrowserContext> | null } = {
    browser: null,
    context: null,
  };
  return {
    open: () => {
      held.browser ??= launchBrowser();
      held.context ??= held.browser.then((browser) => browser.newContext({ serviceWorkers: "block" }));
      return held.context;
    },
    close: async () => {
      await (await held.browser)?.close();
    },
  };
}

function closeAll(windows: WindowClass["all"]): boolean {
  for (const window of windows) if (!window.isDestroyed()) window.close();
  return windows.every((window) => window.isDestroyed());
}

const place = "countersign.electron-stand-in";

/**
 * Resolves `electron` to these exports, for our modules and for electron-store's alike. The npm package itself is never loaded: it
 * would try to download a binary.
 */
function replaceElectron(exported: Readonly<Record<string, unknown>>): void {
  Object.assign(globalThis, { [place]: exported });
  const source = [
    `const electron = globalThis[${JSON.stringify(place)}];`,
    "export default electron;",
    `export const { ${Object.keys(exported).join(", ")} } = electron;`,
  ].join("\n");
  registerHooks({
    resolve: (specifier, context, next) => {
      const isElectron = specifier === "electron" || specifier.endsWith("/node_modules/electron/index.js");
      return isElectron ? { url: "stand-in:electron", format: "module", shortCircuit: true } : next(specifier, context);
    },
    load: (url, context, next) =>
      url === "stand-in:electron" ? { format: "module", source, shortCircuit: true } : next(url, context),
  });
}
