import { app } from "electron";

/** Starting the app, hidden, when the person logs in. Linux desktops have no call for it, so there it is not offered. */
export const startAtLogin = {
  offered: process.platform !== "linux",
  apply(on: boolean): void {
    if (process.platform === "linux" || !app.isPackaged) return;
    app.setLoginItemSettings({ openAtLogin: on, args: ["--hidden"] });
  },
} as const;
