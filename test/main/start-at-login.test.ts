import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type * as startAtLogin from "../../src/main/start-at-login.ts";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";

let electron: StandIn;
let start: typeof startAtLogin;
beforeAll(async () => {
  electron = await installElectron();
  start = await import("../../src/main/start-at-login.ts");
});
afterAll(() => electron.close());
beforeEach(() => {
  electron.app.isPackaged = true;
  electron.app.asked.length = 0;
});
afterEach(() => {
  const login = {
    openAtLogin: false,
    wasOpenedAtLogin: false,
    executableWillLaunchAtLogin: false,
    status: "not-found",
  };
  Object.assign(electron.app.login, login);
});

const env = { APPIMAGE: "/opt/Counter sign.AppImage" };
const profile = "/home/e/pro$file";
const exec = (app: string) => `Exec="${app}" "--hidden" "--profile" "/home/e/pro\\\\$file"\n`;
const entry = () => join(electron.app.getPath("appData"), "autostart", "countersign-desktop.desktop");

test("is offered to an installed app alone, which asks the system nothing otherwise", () => {
  electron.app.isPackaged = false;
  const made = start.createStartAtLogin({ platform: "darwin", env, profile });
  made.apply(true);
  expect([made.offered, made.state(), electron.app.asked]).toEqual([false, "off", []]);
});

test.each([
  ["darwin", profile, ["--hidden", "--profile", profile]],
  ["darwin", null, ["--hidden"]],
  ["win32", "C:\\Users\\A B\\work", ["--hidden", "--profile", '"C:\\Users\\A B\\work"']],
  ["win32", "D:\\a b\\", ["--hidden", "--profile", '"D:\\a b\\\\"']],
  ["win32", "C:\\work", ["--hidden", "--profile", "C:\\work"]],
] as const)("on %s, with the profile %s, it starts hidden with %j", (platform, given, args) => {
  start.createStartAtLogin({ platform, env, profile: given }).apply(true);
  expect(electron.app.asked).toEqual([{ what: "setLoginItemSettings", value: { openAtLogin: true, args } }]);
});

test.each([
  ["darwin", { openAtLogin: true, status: "enabled" }, "on"],
  ["darwin", { openAtLogin: false, status: "not-registered" }, "off"],
  ["darwin", { openAtLogin: false, status: "requires-approval" }, "held"],
  ["win32", { openAtLogin: true, executableWillLaunchAtLogin: true }, "on"],
  ["win32", { openAtLogin: true, executableWillLaunchAtLogin: false }, "off"],
  ["win32", { openAtLogin: false, executableWillLaunchAtLogin: false }, "off"],
] as const)("on %s, where the system says %j, it is %s", (platform, system, state) => {
  Object.assign(electron.app.login, system);
  expect(start.createStartAtLogin({ platform, env, profile: null }).state()).toBe(state);
});

test("what the person turned off in the system's settings is not turned on again by a start", () => {
  for (const platform of ["darwin", "win32"] as const)
    start.createStartAtLogin({ platform, env, profile: null }).refresh();
  expect(electron.app.asked).toEqual([]);
});

test("on Linux it is an entry of the desktop's, which follows the app where that has moved", async () => {
  const made = start.createStartAtLogin({ platform: "linux", env, profile });
  expect(made.state()).toBe("off");
  made.refresh();
  expect(made.state()).toBe("off");
  made.apply(true);
  expect(made.state()).toBe("on");
  expect(await readFile(entry(), "utf8")).toContain(exec("/opt/Counter sign.AppImage"));
  start.createStartAtLogin({ platform: "linux", env: { APPIMAGE: "/home/e/new.AppImage" }, profile }).refresh();
  expect(await readFile(entry(), "utf8")).toContain(exec("/home/e/new.AppImage"));
  made.apply(false);
  made.apply(false);
  await expect(readFile(entry())).rejects.toMatchObject({ code: "ENOENT" });
});

test.each(["Hidden=true", "X-GNOME-Autostart-enabled=false"])("an entry with %s is off, and stays so", async (line) => {
  await mkdir(dirname(entry()), { recursive: true });
  const text = `[Desktop Entry]\nType=Application\nExec=old\n${line}\n`;
  await writeFile(entry(), text);
  const made = start.createStartAtLogin({ platform: "linux", env, profile });
  expect(made.state()).toBe("off");
  made.refresh();
  expect(await readFile(entry(), "utf8")).toBe(text);
  made.apply(false);
});

test("a place that cannot be written is reported, and the app goes on", async () => {
  await writeFile(join(electron.folder, "file"), "");
  const path = vi.spyOn(electron.app, "getPath").mockReturnValue(join(electron.folder, "file"));
  const said = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
  start.createStartAtLogin({ platform: "linux", env, profile }).apply(true);
  expect(said.mock.calls.join()).toContain("Start at login could not be set");
  path.mockRestore();
  said.mockRestore();
});

test.each([
  ["linux", ["--hidden"], false, true],
  ["linux", [], true, false],
  ["win32", ["--profile", "p", "--hidden"], false, true],
  // macOS hands over no options at login, and says so instead.
  ["darwin", [], true, true],
  ["darwin", [], false, false],
  // What a link holds is no option of the app's.
  ["win32", ["--", "countersign://inbox", "--hidden"], false, false],
] as const)("on %s a start with %j, by login %s, shows no window: %s", (platform, options, atLogin, hidden) => {
  electron.app.login.wasOpenedAtLogin = atLogin;
  expect(start.startsHidden(platform, ["countersign", ...options])).toBe(hidden);
});

test("a word of the start command can end neither its quotes nor its line", () => {
  expect(start.autostartEntry(['/a"b`c$d\\e%f\ng']).split("\n")[3]).toBe('Exec="/a\\\\"b\\\\`c\\\\$d\\\\\\\\e%%f\\ng"');
});
