import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";

let electron: StandIn;
beforeAll(async () => {
  electron = await installElectron();
});
afterAll(() => electron.close());

test("start at login is offered to an installed app alone, and set for the system that runs", async () => {
  const { createStartAtLogin } = await import("../../src/main/start-at-login.ts");
  const parts = { env: { APPIMAGE: "/opt/Counter sign.AppImage" }, profile: "/home/e/pro$file" } as const;
  expect(createStartAtLogin({ ...parts, platform: "darwin" }).offered).toBe(false);
  electron.app.isPackaged = true;
  const mac = createStartAtLogin({ ...parts, platform: "darwin" });
  expect(mac.offered).toBe(true);
  mac.apply(true);
  expect(electron.app.asked.at(-1)).toEqual({
    what: "setLoginItemSettings",
    value: { openAtLogin: true, args: ["--hidden", "--profile", "/home/e/pro$file"] },
  });
  const linux = createStartAtLogin({ ...parts, platform: "linux" });
  linux.apply(true);
  const entry = join(electron.app.getPath("appData"), "autostart", "countersign-desktop.desktop");
  expect(await readFile(entry, "utf8")).toContain(
    'Exec="/opt/Counter sign.AppImage" "--hidden" "--profile" "/home/e/pro\\\\$file"\n',
  );
  linux.apply(false);
  await expect(readFile(entry)).rejects.toMatchObject({ code: "ENOENT" });
  linux.apply(false);
  electron.app.isPackaged = false;
});

test("a word of the start command can end neither its quotes nor its line", async () => {
  const { autostartEntry } = await import("../../src/main/start-at-login.ts");
  expect(autostartEntry(['/a"b`c$d\\e%f\ng']).split("\n")[3]).toBe('Exec="/a\\\\"b\\\\`c\\\\$d\\\\\\\\e%%f\\ng"');
});

test("changes what was named and nothing else, and tells of it", async () => {
  const { createDesktop } = await import("../../src/main/desktop.ts");
  const { openSettings } = await import("../../src/main/settings.ts");
  const settings = openSettings();
  const told: unknown[] = [];
  const applied: boolean[] = [];
  const tests: ((outcome: "clicked") => void)[] = [];
  const desktop = createDesktop({
    settings,
    startAtLogin: { offered: true, apply: (on) => void applied.push(on) },
    notifications: () => ({ test: (done) => void tests.push(done), taken: () => true }),
    vouched: () => false,
    hasTray: () => true,
    changed: () => void told.push(desktop.view()),
  });
  const before = desktop.view();
  desktop.answers["desktop.set"]({ notifications: false });
  expect(told).toEqual([{ ...before, notifications: false }]);
  desktop.answers["desktop.set"]({ startAtLogin: true, quietHours: { on: true, from: "20:00", to: "06:30" } });
  expect(applied).toEqual([true]);
  expect(openSettings().get()).toMatchObject({
    notifications: false,
    startAtLogin: true,
    quietHours: { on: true, from: "20:00", to: "06:30" },
    hideExplained: false,
  });
  desktop.answers["desktop.testNotification"]({});
  expect(desktop.view().test).toBe("waiting");
  tests[0]?.("clicked");
  expect(desktop.view().test).toBe("clicked");
});
