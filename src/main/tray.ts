import {
  app,
  Menu,
  nativeTheme,
  powerMonitor,
  Tray,
  type MenuItemConstructorOptions,
  type NativeImage,
} from "electron";
import type { ConsoleState } from "../shared/console.ts";
import { trayImage } from "./tray-image.ts";
import { isTrafficAlone } from "./tray-traffic.ts";
import { menuFor, type MenuChoices, type MenuItem, type MenuTemplate, type TrayAction } from "./tray-menu.ts";
import { trayToolTip, waitingFor } from "./tray-state.ts";

/** The app's place in the panel. */
export interface ConsoleTray {
  show(state: ConsoleState): void;
  close(): void;
}

interface TrayParts {
  readonly platform: NodeJS.Platform;
  readonly assets: string;
  readonly choices: () => MenuChoices;
  readonly perform: (action: TrayAction) => void;
}

/** A tray that shows nothing before its first `show`. Everything is in the menu: on Linux a click on the icon is not dependable. */
export function createTray({ platform, assets, choices, perform }: TrayParts): ConsoleTray {
  const held: { tray: Tray | null; state: ConsoleState | null; later: NodeJS.Timeout | null } = {
    tray: null,
    state: null,
    later: null,
  };
  const newTray = (image: NativeImage): Tray => {
    const tray = new Tray(image);
    // Windows shows the menu for the other button alone.
    if (platform === "win32") tray.on("click", () => perform({ do: "open" }));
    return tray;
  };
  const draw = (): void => {
    if (held.later !== null) clearTimeout(held.later);
    held.later = null;
    if (held.state === null) return;
    const image = trayImage(platform, assets, held.state);
    held.tray ??= newTray(image);
    held.tray.setImage(image);
    app.setBadgeCount(waitingFor(held.state).length);
    held.tray.setToolTip(trayToolTip(held.state));
    // Built anew each time: a StatusNotifierItem does not see changes to a menu it already has.
    held.tray.setContextMenu(Menu.buildFromTemplate(nativeMenu(menuFor(held.state, choices()), perform)));
  };
  // Panels lose icons while the screen is locked or the machine sleeps.
  const recreate = (): void => {
    held.tray?.destroy();
    held.tray = null;
    draw();
  };
  powerMonitor.on("unlock-screen", recreate);
  powerMonitor.on("resume", recreate);
  nativeTheme.on("updated", draw);
  return {
    show: (state) => {
      const before = held.state;
      held.state = state;
      if (before === null || !isTrafficAlone(before, state)) draw();
      else held.later ??= setTimeout(draw, trafficEveryMs).unref();
    },
    close: () => {
      powerMonitor.off("unlock-screen", recreate);
      powerMonitor.off("resume", recreate);
      nativeTheme.off("updated", draw);
      held.state = null;
      if (held.later !== null) clearTimeout(held.later);
      held.tray?.destroy();
      held.tray = null;
    },
  };
}

/** How often the menu follows the numbers of calls alone. */
const trafficEveryMs = 60_000;

function nativeMenu(template: MenuTemplate, perform: (action: TrayAction) => void): MenuItemConstructorOptions[] {
  return template.map((item) => nativeItem(item, perform));
}

function nativeItem(item: MenuItem, perform: (action: TrayAction) => void): MenuItemConstructorOptions {
  switch (item.kind) {
    case "line":
      return { type: "separator" };
    case "text":
      return { label: plain(item.label), enabled: false };
    case "click":
      return { label: plain(item.label), click: () => perform(item.action) };
    case "check":
      return { label: plain(item.label), type: "checkbox", checked: item.on, click: () => perform(item.action) };
    case "menu":
      return { label: plain(item.label), submenu: nativeMenu(item.items, perform) };
    default:
      return item satisfies never;
  }
}

// In a native menu `&x` makes x an access key and disappears: doubled it stands for itself.
function plain(label: string): string {
  return label.replaceAll("&", "&&");
}
