import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";

let electron: StandIn;
beforeAll(async () => {
  electron = await installElectron();
});
afterAll(() => electron.close());

test("settings that do not fit are reported by name and replaced, the others kept", async () => {
  const { defaultSettings, readSettings } = await import("../../src/main/settings.ts");
  const rejected: string[] = [];
  const bounds = { x: 1, y: 2, width: 800, height: 600 };
  const stored = { bounds, notifications: "yes", hideExplained: true, unknown: 1 };
  expect(readSettings(stored, (key) => rejected.push(key))).toEqual({
    ...defaultSettings,
    bounds,
    hideExplained: true,
  });
  expect(rejected).toEqual(["notifications"]);
  expect(readSettings([], (key) => rejected.push(key))).toEqual(defaultSettings);
  expect(rejected).toEqual(["notifications", "the file"]);
});

test("a settings file that is not JSON starts the app with the defaults", async () => {
  const { defaultSettings, openSettings } = await import("../../src/main/settings.ts");
  await mkdir(electron.app.getPath("userData"), { recursive: true });
  await writeFile(join(electron.app.getPath("userData"), "settings.json"), "{broken");
  const settings = openSettings();
  expect(settings.get()).toEqual(defaultSettings);
  settings.set({ notifications: false });
  expect(openSettings().get().notifications).toBe(false);
});
