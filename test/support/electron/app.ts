import { EventEmitter } from "node:events";
import { join } from "node:path";
import type { App } from "electron";

/** An event that a listener may prevent, as Electron hands them out. */
export interface Preventable {
  defaultPrevented: boolean;
  preventDefault(): void;
}

export function preventable(): Preventable {
  const event: Preventable = {
    defaultPrevented: false,
    preventDefault: () => {
      event.defaultPrevented = true;
    },
  };
  return event;
}

type Surface =
  | "enableSandbox"
  | "getName"
  | "getPath"
  | "getVersion"
  | "isPackaged"
  | "isReady"
  | "quit"
  | "requestSingleInstanceLock"
  | "setAppUserModelId"
  | "setAsDefaultProtocolClient"
  | "setBadgeCount"
  | "getLoginItemSettings"
  | "setLoginItemSettings"
  | "setName"
  | "setPath"
  | "setToastActivatorCLSID"
  | "whenReady";

/** `app`: its events and paths. One instance a process; a second launch is told by `launchAgain`. */
export class StandInApp extends EventEmitter implements Pick<App, Surface> {
  isPackaged = false;
  /** The count on the app's icon. */
  badge = 0;
  readonly #paths = new Map<string, string>();
  readonly #readiness = Promise.withResolvers<void>();
  readonly #quit = Promise.withResolvers<void>();
  readonly #closeWindows: () => boolean;
  readonly #instanceTaken: boolean;
  #ready = false;
  #name = "Electron";
  /** What the app asked of the system, in order. */
  readonly asked: { readonly what: string; readonly value: unknown }[] = [];

  constructor(options: { folder: string; instanceTaken: boolean; closeWindows: () => boolean }) {
    super();
    this.#paths.set("userData", join(options.folder, "user-data"));
    this.#paths.set("appData", join(options.folder, "app-data"));
    this.#instanceTaken = options.instanceTaken;
    this.#closeWindows = options.closeWindows;
  }

  /** Resolves when the app has quit. */
  get hasQuit(): Promise<void> {
    return this.#quit.promise;
  }
  becomeReady(): void {
    this.#ready = true;
    this.emit("ready", {}, {});
    this.#readiness.resolve();
  }
  launchAgain(...args: string[]): void {
    this.emit("second-instance", preventable(), ["countersign", ...args], this.#paths.get("userData"), null);
  }

  getName(): string {
    return this.#name;
  }
  setName(name: string): void {
    this.#name = name;
  }
  getVersion(): string {
    return "0.0.0";
  }
  getPath(name: Parameters<App["getPath"]>[0]): string {
    const path = this.#paths.get(name);
    if (path === undefined) throw new Error(`The stand-in has no path called ${name}`);
    return path;
  }
  setPath(name: string, path: string): void {
    this.#paths.set(name, path);
  }
  isReady(): boolean {
    return this.#ready;
  }
  whenReady(): Promise<void> {
    return this.#readiness.promise;
  }
  enableSandbox(): void {
    if (this.#ready) throw new Error("app.enableSandbox() can only be called before app is ready");
    this.asked.push({ what: "enableSandbox", value: true });
  }
  requestSingleInstanceLock(): boolean {
    return !this.#instanceTaken;
  }
  setAppUserModelId(id: string): void {
    this.asked.push({ what: "setAppUserModelId", value: id });
  }
  setToastActivatorCLSID(id: string): void {
    this.asked.push({ what: "setToastActivatorCLSID", value: id });
  }
  setAsDefaultProtocolClient(protocol: string, path?: string, args?: string[]): boolean {
    this.asked.push({ what: "setAsDefaultProtocolClient", value: { protocol, path, args } });
    return true;
  }
  setBadgeCount(count = 0): boolean {
    this.badge = count;
    return true;
  }
  /** What the system knows of starting at login; a person may change it there. */
  readonly login: Electron.LoginItemSettings = {
    openAtLogin: false,
    wasOpenedAtLogin: false,
    status: "not-registered",
    executableWillLaunchAtLogin: false,
    launchItems: [],
  };
  getLoginItemSettings(): Electron.LoginItemSettings {
    return this.login;
  }
  setLoginItemSettings(settings: Electron.Settings): void {
    this.login.openAtLogin = settings.openAtLogin ?? false;
    this.asked.push({ what: "setLoginItemSettings", value: settings });
  }
  quit(): void {
    const event = preventable();
    this.emit("before-quit", event);
    if (event.defaultPrevented || !this.#closeWindows()) return;
    this.emit("will-quit", preventable());
    this.emit("quit", preventable(), 0);
    this.#quit.resolve();
  }
}
