import { EventEmitter } from "node:events";
import type { BrowserWindow, BrowserWindowConstructorOptions, Rectangle } from "electron";
import { preventable, type StandInApp } from "./app.ts";
import { StandInWebContents, type PageParts } from "./web-contents.ts";

type Surface =
  | "destroy"
  | "close"
  | "focus"
  | "getNormalBounds"
  | "hide"
  | "isDestroyed"
  | "isMinimized"
  | "isVisible"
  | "loadURL"
  | "minimize"
  | "restore"
  | "setOverlayIcon"
  | "show";

/** A window: a page, and what a window manager would know of it. */
export interface StandInWindow extends EventEmitter, Pick<BrowserWindow, Surface> {
  readonly options: BrowserWindowConstructorOptions;
  readonly webContents: StandInWebContents;
  readonly overlay: { readonly image: unknown; readonly words: string } | null;
}

export interface WindowClass {
  new (options?: BrowserWindowConstructorOptions): StandInWindow;
  readonly all: readonly StandInWindow[];
}

/** `BrowserWindow`, whose windows are pages of `parts.context`. */
export function createWindowClass(app: StandInApp, parts: PageParts): WindowClass {
  return class extends EventEmitter implements StandInWindow {
    static readonly all: StandInWindow[] = [];
    readonly options: BrowserWindowConstructorOptions;
    readonly webContents: StandInWebContents;
    #visible: boolean;
    #minimized = false;
    #destroyed = false;

    constructor(options: BrowserWindowConstructorOptions = {}) {
      super();
      if (!app.isReady()) throw new Error("Cannot create BrowserWindow before app is ready");
      this.options = options;
      this.#visible = options.show !== false;
      this.webContents = new StandInWebContents(parts, options.webPreferences?.preload);
      this.webContents.once("did-finish-load", () => this.emit("ready-to-show"));
      app.emit("web-contents-created", {}, this.webContents);
      (this.constructor as unknown as { all: StandInWindow[] }).all.push(this);
    }
    loadURL(url: string): Promise<void> {
      return this.webContents.loadURL(url);
    }
    show(): void {
      this.#visible = true;
      this.emit("show");
    }
    hide(): void {
      this.#visible = false;
      this.emit("hide");
    }
    /** What lies over its icon in the taskbar. */
    overlay: { readonly image: unknown; readonly words: string } | null = null;
    setOverlayIcon(image: Electron.NativeImage | null, words: string): void {
      this.overlay = image === null ? null : { image, words };
    }
    focus(): void {
      this.emit("focus");
    }
    isVisible(): boolean {
      return this.#visible;
    }
    minimize(): void {
      this.#minimized = true;
      this.emit("minimize");
    }
    isMinimized(): boolean {
      return this.#minimized;
    }
    restore(): void {
      this.#minimized = false;
      this.emit("restore");
    }
    isDestroyed(): boolean {
      return this.#destroyed;
    }
    getNormalBounds(): Rectangle {
      const { x = 100, y = 100, width = 800, height = 600 } = this.options;
      return { x, y, width, height };
    }
    close(): void {
      const event = preventable();
      this.emit("close", event);
      if (!event.defaultPrevented) this.destroy();
    }
    destroy(): void {
      if (this.#destroyed) return;
      this.#destroyed = true;
      void this.webContents.end();
      this.emit("closed");
    }
  };
}
