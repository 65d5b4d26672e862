import { dialog, type BrowserWindow } from "electron";
import type { Settings } from "./settings.ts";
import { dialogs as words } from "./words/dialogs.ts";

/** What closing the window comes to: it hides where a tray shows the app, and stays within reach where none does. Each is said once. */
export function leave(window: BrowserWindow, settings: Settings, hasTray: boolean): void {
  if (hasTray) hideToTray(window, settings);
  else stayInReach(window, settings);
}

function hideToTray(window: BrowserWindow, settings: Settings): void {
  window.hide();
  if (settings.get().hideExplained) return;
  settings.set({ hideExplained: true });
  void dialog.showMessageBox({
    type: "info",
    ...words.hidden,
  });
}

/** Without a tray a hidden window could be found by nobody. */
function stayInReach(window: BrowserWindow, settings: Settings): void {
  window.minimize();
  if (settings.get().trayMissedExplained) return;
  settings.set({ trayMissedExplained: true });
  void dialog.showMessageBox({
    type: "info",
    ...words.noTray,
  });
}
