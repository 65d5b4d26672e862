import { setTimeout as delay } from "node:timers/promises";
import { app } from "electron";
import type { ProfilePlace } from "./profile.ts";
import { report } from "./report.ts";

const appId = "io.countersign.app";
/** Windows starts the app by this id for a click on a toast; it must never change. */
const toastActivator = "{5E0B6C1D-7A57-4F0B-9C63-0C6D4D2E4B71}";
/** A gateway or disk that hangs must not keep the app from quitting. */
const closeWithinMs = 5000;

/** Gives the app its name and ids, and a profile of its own folder its own user data and instance. Before `claimInstance`. */
export function nameApp(place: ProfilePlace): void {
  app.setName("Countersign");
  if (place.userData !== null) app.setPath("userData", place.userData);
  if (process.platform !== "win32") return;
  app.setToastActivatorCLSID(toastActivator);
  app.setAppUserModelId(appId);
}

/** False, and the app quits, when another instance runs over the same user data; that one shows its window instead. */
export function claimInstance(): boolean {
  if (app.requestSingleInstanceLock()) return true;
  app.quit();
  return false;
}

/** Keeps the app running without windows: the tray is the app. */
export function stayInTray(): void {
  app.on("window-all-closed", () => undefined);
}

/** Closes once before the app quits, however often and by whatever it is asked to, and then lets it go. */
export function closeBeforeQuit(close: () => Promise<void>): void {
  const progress: { stage: "running" | "closing" | "closed" } = { stage: "running" };
  app.on("before-quit", (event) => {
    if (progress.stage === "closed") return;
    event.preventDefault();
    if (progress.stage === "closing") return;
    progress.stage = "closing";
    void closeInTime(close).finally(() => {
      progress.stage = "closed";
      app.quit();
    });
  });
}

async function closeInTime(close: () => Promise<void>): Promise<void> {
  try {
    await Promise.race([close(), delay(closeWithinMs, undefined, { ref: false })]);
  } catch (error) {
    report("Closing failed", error);
  }
}
