import { Menu, type MenuItemConstructorOptions } from "electron";

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
    label: "View",
    submenu: [{ role: "resetZoom" }, { role: "zoomIn" }, { role: "zoomOut" }],
  };
  const window: MenuItemConstructorOptions = { label: "Window", submenu: [{ role: "minimize" }, { role: "close" }] };
  return isMac ? [macMenu, edit, view, window] : [edit, view, window];
}

const line: MenuItemConstructorOptions = { type: "separator" };
const macMenu: MenuItemConstructorOptions = {
  label: "Countersign",
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
  label: "Edit",
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
