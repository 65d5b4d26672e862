import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";
import { approvalWith, stateWith } from "./fake-client.ts";

const assets = fileURLToPath(new URL("../../assets", import.meta.url));
let electron: StandIn;
beforeAll(async () => {
  electron = await installElectron();
  // Its panel follows the theme.
  vi.stubEnv("XDG_CURRENT_DESKTOP", "KDE");
});
afterAll(() => electron.close());

test("the glyph follows the panel's theme, and the tray comes back after the screen was locked", async () => {
  const { createTray } = await import("../../src/main/tray.ts");
  const quietHours = { on: false, from: "19:00", to: "07:00" };
  const choices = () => ({ notifications: true, quietHours, startAtLogin: null });
  const tray = createTray({ platform: process.platform, assets, choices, perform: () => undefined });
  tray.show(stateWith({ approvals: [approvalWith()] }));
  const glyph = (look: string) => readFile(join(assets, "tray", look, "attention-1-22.png"));
  const drawn = () => electron.trays.at(-1)?.image.representations.get(1);
  if (process.platform === "linux") expect(drawn()).toEqual(await glyph("on-light"));
  electron.desktop.nativeTheme.shouldUseDarkColors = true;
  electron.desktop.nativeTheme.emit("updated");
  if (process.platform === "linux") expect(drawn()).toEqual(await glyph("on-dark"));
  const [first] = electron.trays;
  electron.desktop.powerMonitor.emit("unlock-screen");
  expect(first?.isDestroyed()).toBe(true);
  expect(electron.trays.length).toBe(2);
  tray.close();
  electron.desktop.nativeTheme.emit("updated");
  electron.desktop.powerMonitor.emit("resume");
  expect(electron.trays.length).toBe(2);
  expect(electron.trays.at(-1)?.isDestroyed()).toBe(true);
});
