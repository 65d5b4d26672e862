import { dialog, type BrowserWindow } from "electron";
import type { Settings } from "./settings.ts";

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
    message: "Countersign stays in the tray",
    detail:
      "Calls go on and requests still reach you. Start Countersign again to see this window, or quit it from the tray's menu.",
  });
}

/** Without a tray a hidden window could be found by nobody. */
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
