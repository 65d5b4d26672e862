import { afterAll, beforeAll, expect, test } from "vitest";
import { StandInMenu } from "../support/electron/tray.ts";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";

let electron: StandIn;
beforeAll(async () => {
  electron = await installElectron();
});
afterAll(() => electron.close());

test.each(["darwin", "win32", "linux"] as const)(
  "on %s the window's menu edits, zooms and leaves: no developer tools, no reloading, no web",
  async (platform) => {
    const { setAppMenu } = await import("../../src/main/app-menu.ts");
    setAppMenu(platform);
    const menus = StandInMenu.application?.template ?? [];
    const items = menus.flatMap(({ submenu }) => (submenu ?? []) as Electron.MenuItemConstructorOptions[]);
    const roles = items.flatMap(({ role }) => role ?? []);
    for (const role of ["copy", "paste", "zoomIn", "zoomOut", "resetZoom", "minimize", "close"] as const)
      expect(roles).toContain(role);
    expect(roles.filter((role) => /devtools|reload|fullscreen|spell|help|services/i.test(role))).toEqual([]);
    expect(items.filter(({ click }) => click !== undefined)).toEqual([]);
    expect(roles.includes("quit")).toBe(platform === "darwin");
  },
);
