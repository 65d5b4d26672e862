import { Menu, type MenuItemConstructorOptions } from "electron";
import { appMenu as words } from "./words/tray.ts";

/**
 * The window's menu, in place of Electron's own, which has developer tools, reloading and links to the web. Text is edited and the page
 * made larger by its keys; macOS shows it at the top of the screen, the others only on Alt.
 */
export function setAppMenu(platform: NodeJS.Platform): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(appMenu(platform)));
}

/** Every item is a role of the system's: none runs code of ours. */
function appMenu(platform: NodeJS.Platform): MenuItemConstructorOptions[] {
  const isMac = platform === "darwin";
  const view: MenuItemConstructorOptions = {
    label: words.view,
    submenu: [{ role: "resetZoom" }, { role: "zoomIn" }, { role: "zoomOut" }],
  };
  const window: MenuItemConstructorOptions = {
    label: words.window,
    submenu: [{ role: "minimize" }, { role: "close" }],
  };
  return isMac ? [macMenu, edit, view, window] : [edit, view, window];
}

const line: MenuItemConstructorOptions = { type: "separator" };
const macMenu: MenuItemConstructorOptions = {
  label: words.app,
  submenu: [
    { role: "about" },
    line,
    { role: "hide" },
    { role: "hideOthers" },
    { role: "unhide" },
    line,
    { role: "quit" },
  ],
};
const edit: MenuItemConstructorOptions = {
  label: words.edit,
  submenu: [
    { role: "undo" },
    { role: "redo" },
    line,
    { role: "cut" },
    { role: "copy" },
    { role: "paste" },
    { role: "selectAll" },
  ],
};
