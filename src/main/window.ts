import { app, BrowserWindow, dialog, nativeTheme, screen, type Rectangle, type WebFrameMain } from "electron";
import type { ConsoleEvents } from "../shared/console.ts";
import type { StatePush } from "../shared/state-push.ts";
import { report } from "./report.ts";
import { consolePage } from "./scheme.ts";
import type { Settings } from "./settings.ts";

/** The one window of the app. Closing it hides it; the page lives on and keeps being told the state. */
export interface ConsoleWindow {
  /** Brings the window to the front, with what is given on its page. */
  show(what?: ConsoleEvents["show"]): void;
  /** Tells the page of the state. */
  push(push: StatePush): void;
  /** Whether this is the main frame of this window. */
  owns(frame: WebFrameMain): boolean;
  /** Called each time the page has been loaded and can be told things. */
  onLoaded(listener: () => void): void;
  /** Ends the window for good. */
  close(): void;
}

interface WindowParts {
  readonly preload: string;
  readonly settings: Settings;
  /** Whether there is a tray to go to; without one the window stays within reach. */
  readonly hasTray: () => boolean;
}

export function createConsoleWindow({ preload, settings, hasTray }: WindowParts): ConsoleWindow {
  const window = new BrowserWindow({
    ...onScreen(settings.get().bounds),
    minWidth: 420,
    minHeight: 480,
    title: "Countersign",
    show: false,
    // What is seen before the first paint: --surface of either look, so that opening does not flash.
    backgroundColor: nativeTheme.shouldUseDarkColors ? "#1f2024" : "#ffffff",
    autoHideMenuBar: true,
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  });
  const wanted: { shown: boolean; ready: boolean; loaded: boolean; what: ConsoleEvents["show"] | null } = {
    shown: false,
    ready: false,
    loaded: false,
    what: null,
  };
  const present = (): void => {
    if (!wanted.ready || !wanted.shown) return;
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  };
  const tell = (): void => {
    if (!wanted.loaded || wanted.what === null) return;
    window.webContents.send("show", wanted.what);
    wanted.what = null;
  };

  window.once("ready-to-show", () => {
    wanted.ready = true;
    present();
  });
  window.webContents.on("did-start-loading", () => {
    wanted.loaded = false;
  });
  window.webContents.on("did-finish-load", () => {
    wanted.loaded = true;
    tell();
  });
  window.on("close", (event) => {
    event.preventDefault();
    settings.set({ bounds: window.getNormalBounds() });
    if (hasTray()) hideToTray(window, settings);
    else stayInReach(window, settings);
  });
  window.loadURL(consolePage).catch((error: unknown) => {
    if (!window.isDestroyed()) report("The console's page did not load", error);
  });

  return {
    show: (what) => {
      wanted.shown = true;
      wanted.what = what ?? wanted.what;
      present();
      tell();
    },
    push: (push) => {
      if (!window.isDestroyed()) window.webContents.send("state", push);
    },
    owns: (frame) => !window.isDestroyed() && frame === window.webContents.mainFrame,
    onLoaded: (listener) => void window.webContents.on("did-finish-load", listener),
    close: () => {
      if (window.isDestroyed()) return;
      settings.set({ bounds: window.getNormalBounds() });
      // Not close(): that only hides.
      window.destroy();
    },
  };
}

/** Hides the window and, the first time, says where the app has gone: calls go on being served. */
function hideToTray(window: BrowserWindow, settings: Settings): void {
  window.hide();
  if (settings.get().hideExplained) return;
  settings.set({ hideExplained: true });
  void dialog.showMessageBox({
    type: "info",
    message: "Countersign stays in the tray",
    detail:
      "Calls go on and requests still reach you. Start Countersign again to see this window, or quit it from the tray's menu.",
  });
}

/** Without a tray a hidden window could be found by nobody. Said once. */
function stayInReach(window: BrowserWindow, settings: Settings): void {
  window.minimize();
  if (settings.get().trayMissedExplained) return;
  settings.set({ trayMissedExplained: true });
  void dialog.showMessageBox({
    type: "info",
    message: "This desktop shows no tray",
    detail:
      "Countersign stays in the window list instead. Calls go on and requests still reach you. Quit it from its settings page. On GNOME, the AppIndicator extension shows the tray.",
  });
}

/** The remembered place, unless no display shows enough of it any more. */
function onScreen(bounds: Rectangle | null): Partial<Rectangle> {
  if (bounds === null) return { width: 1180, height: 760 };
  const area = screen.getDisplayMatching(bounds).workArea;
  const seenWidth = Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x);
  const seenHeight = Math.min(bounds.y + bounds.height, area.y + area.height) - Math.max(bounds.y, area.y);
  const { width, height } = bounds;
  return seenWidth >= 120 && seenHeight >= 80 ? bounds : { width, height };
}
