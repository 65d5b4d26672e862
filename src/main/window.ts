import { app, BrowserWindow, nativeTheme, type NativeImage, type WebFrameMain } from "electron";
import type { ConsoleEvents } from "../shared/console.ts";
import type { StatePush } from "../shared/state-push.ts";
import { leave } from "./leaving.ts";
import { report } from "./report.ts";
import { consolePage } from "./scheme.ts";
import type { Settings } from "./settings.ts";
import { placeOnScreen } from "./window-place.ts";

/** The one window of the app. Closing it hides it; the page lives on and keeps being told the state. */
export interface ConsoleWindow {
  /** Brings the window to the front, with what is given on its page. */
  show(what?: ConsoleEvents["show"]): void;
  /** Tells the page of the state. */
  push(push: StatePush): void;
  /** Lays a small image over the window's icon in the Windows taskbar, or takes it away. */
  overlay(image: NativeImage | null, words: string): void;
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
    ...placeOnScreen(settings.get().bounds),
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
    leave(window, settings, hasTray());
  });
  loadAgainAfterCrash(window);
  load(window);

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
    overlay: (image, words) => {
      if (!window.isDestroyed()) window.setOverlayIcon(image, words);
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

function load(window: BrowserWindow): void {
  window.loadURL(consolePage).catch((error: unknown) => {
    if (!window.isDestroyed()) report("The console's page did not load", error);
  });
}

/** A page that crashed is loaded anew, so that requests still reach the person; one that crashes at once is left, as it would again. */
function loadAgainAfterCrash(window: BrowserWindow): void {
  let lastMs = Number.NEGATIVE_INFINITY;
  window.webContents.on("render-process-gone", (_event, { reason }) => {
    if (window.isDestroyed() || reason === "clean-exit") return;
    report(`The console's page ended (${reason})`);
    const nowMs = performance.now();
    if (nowMs - lastMs < crashesApartMs) return;
    lastMs = nowMs;
    load(window);
  });
}

const crashesApartMs = 10_000;
