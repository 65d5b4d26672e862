import { app, powerMonitor } from "electron";
import { hasTrayHost } from "./tray-host.ts";
import { isVouched } from "./vouched.ts";

/** What the desktop offers, as it was last found. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly hasTray: () => boolean;
  /** False until the system has said yes. */
  readonly vouched: () => boolean;
  onChange(listener: () => void): void;
}

/** Looks for a tray before it resolves, and again after each sleep and lock; for the app's signature meanwhile. */
export async function surroundings(platform: NodeJS.Platform): Promise<Surroundings> {
  const found = { tray: await hasTrayHost(platform, process.env), vouched: false };
  const listeners: (() => void)[] = [];
  const tell = (): void => listeners.forEach((listener) => listener());
  const lookForTray = async (): Promise<void> => {
    found.tray = await hasTrayHost(platform, process.env);
    tell();
  };
  powerMonitor.on("unlock-screen", () => void lookForTray());
  powerMonitor.on("resume", () => void lookForTray());
  const executable = { platform, isPackaged: app.isPackaged, path: process.execPath, env: process.env };
  const lookForSignature = async (): Promise<void> => {
    found.vouched = await isVouched(executable);
    tell();
  };
  void lookForSignature();
  return {
    platform,
    hasTray: () => found.tray,
    vouched: () => found.vouched,
    onChange: (listener) => void listeners.push(listener),
  };
}
