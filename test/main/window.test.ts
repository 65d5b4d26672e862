import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Rectangle, Session } from "electron";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { SettingValues } from "../../src/main/settings.ts";
import type { ConsoleWindow } from "../../src/main/window.ts";
import { eventually } from "../support/eventually.ts";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";

// The window without the rest of the app: where it opens, how it is left, and what a page of it may do.

let electron: StandIn;
let create: (settings?: Partial<SettingValues>, hasTray?: boolean) => Promise<Made>;
interface Made {
  readonly window: ConsoleWindow;
  readonly values: { -readonly [K in keyof SettingValues]: SettingValues[K] };
}
const made: ConsoleWindow[] = [];

beforeAll(async () => {
  electron = await installElectron();
  const renderer = join(electron.folder, "renderer");
  await mkdir(renderer);
  await writeFile(join(renderer, "index.html"), "<!doctype html><title>Console</title><p>here</p>");
  await writeFile(join(electron.folder, "preload.cjs"), "");
  const { declareConsoleScheme, serveConsole } = await import("../../src/main/scheme.ts");
  const { denyPermissions, lockPages } = await import("../../src/main/permissions.ts");
  const { defaultSettings } = await import("../../src/main/settings.ts");
  const { createConsoleWindow } = await import("../../src/main/window.ts");
  declareConsoleScheme();
  lockPages();
  await electron.start(() => undefined);
  denyPermissions(electron.session as unknown as Session);
  serveConsole(electron.session as unknown as Session, renderer);
  create = async (given = {}, hasTray = true) => {
    const values = { ...defaultSettings, ...given };
    const settings = {
      get: () => values,
      set: (changed: Partial<SettingValues>) => void Object.assign(values, changed),
    };
    const preload = join(electron.folder, "preload.cjs");
    const window = createConsoleWindow({ preload, settings, hasTray: () => hasTray });
    made.push(window);
    await eventually(() => expect(newest().webContents.mainFrame.url).toBe("app://countersign/index.html"));
    return { window, values };
  };
});
afterEach(() => {
  for (const window of made.splice(0)) window.close();
  electron.desktop.dialogs.length = 0;
});
afterAll(() => electron.close());

function newest(): StandIn["BrowserWindow"]["all"][number] {
  const window = electron.BrowserWindow.all.at(-1);
  if (window === undefined) throw new Error("No window yet");
  return window;
}

// The display is 1920 by 1080.
test.each<[string, Rectangle | null, Partial<Rectangle>]>([
  ["nothing remembered", null, { width: 1180, height: 760 }],
  ["a place on the display", { x: 50, y: 60, width: 900, height: 700 }, { x: 50, y: 60, width: 900, height: 700 }],
  ["half beyond its edge", { x: 1500, y: 60, width: 900, height: 700 }, { x: 1500, y: 60, width: 900, height: 700 }],
  ["a display that is gone", { x: 3000, y: 60, width: 900, height: 700 }, { width: 900, height: 700 }],
  ["a sliver left of it", { x: -850, y: 60, width: 900, height: 700 }, { width: 900, height: 700 }],
  ["below it", { x: 50, y: 1050, width: 900, height: 700 }, { width: 900, height: 700 }],
  ["its title bar above it", { x: 50, y: -300, width: 900, height: 700 }, { x: 50, y: 0, width: 900, height: 700 }],
  ["a larger display", { x: 0, y: 0, width: 3840, height: 2160 }, { x: 0, y: 0, width: 1920, height: 1080 }],
])("opens with %s where it can be seen and moved", async (_what, bounds, expected) => {
  await create({ bounds });
  const { x, y, width, height } = newest().options;
  expect({ x, y, width, height }).toEqual({ x: undefined, y: undefined, ...expected });
});

test("remembers its place when it is left and when the app quits", async () => {
  const { window, values } = await create();
  newest().close();
  expect(values.bounds).toEqual({ x: 100, y: 100, width: 1180, height: 760 });
  values.bounds = null;
  window.close();
  expect(values.bounds).not.toBeNull();
});

test.each([
  [true, "Countersign stays in the tray", { visible: false, minimized: false }],
  [false, "This desktop shows no tray", { visible: true, minimized: true }],
])("with a tray %s, closing it is explained once: %s", async (hasTray, message, expected) => {
  const { window } = await create({}, hasTray);
  window.show();
  await eventually(() => expect(newest().isVisible()).toBe(true));
  newest().close();
  newest().close();
  expect(electron.desktop.dialogs.map((dialog) => dialog.message)).toEqual([message]);
  expect({ visible: newest().isVisible(), minimized: newest().isMinimized() }).toEqual(expected);
  expect(newest().isDestroyed()).toBe(false);
});

test("a page that crashed is loaded again, one that crashes at once again is left", async () => {
  const said = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
  await create();
  const loads = vi.spyOn(newest(), "loadURL");
  newest().webContents.emit("render-process-gone", {}, { reason: "clean-exit", exitCode: 0 });
  expect(loads).not.toHaveBeenCalled();
  newest().webContents.emit("render-process-gone", {}, { reason: "crashed", exitCode: 139 });
  newest().webContents.emit("render-process-gone", {}, { reason: "oom", exitCode: 1 });
  expect(loads.mock.calls).toEqual([["app://countersign/index.html"]]);
  expect(said.mock.calls.join()).toMatch(/page ended \(crashed\)/);
  await Promise.all(loads.mock.results.map(({ value }) => value as Promise<void>));
  said.mockRestore();
});

test.each([
  "https://example.com/",
  "http://127.0.0.1:1/",
  "file:///etc/passwd",
  "data:text/html,x",
  "app://elsewhere/index.html",
  "app://countersign/other.html",
  "countersign://inbox",
])("a page goes nowhere, not to %s: by a link, a form, a frame or what is dropped on it", async (url) => {
  await create();
  const { webContents } = newest();
  for (const name of ["will-frame-navigate", "will-redirect"]) {
    const event = { url, prevented: false, preventDefault: () => void (event.prevented = true) };
    webContents.emit(name, event, url);
    expect(event.prevented, name).toBe(true);
  }
  expect(webContents.mainFrame.url).toBe("app://countersign/index.html");
});

test("a page downloads nothing, hosts no guest, and has its words checked by nobody", async () => {
  await create();
  for (const [emitter, name] of [
    [electron.session, "will-download"],
    [newest().webContents, "will-attach-webview"],
  ] as const) {
    const event = { prevented: false, preventDefault: () => void (event.prevented = true) };
    emitter.emit(name, event);
    expect(event.prevented, name).toBe(true);
  }
  expect(electron.session.spellChecks).toBe(false);
});

test("no page of another window is this window's", async () => {
  const { window } = await create();
  const own = newest().webContents.mainFrame;
  const { window: other } = await create();
  expect([window.owns(own as never), other.owns(own as never)]).toEqual([true, false]);
  window.close();
  expect(window.owns(own as never)).toBe(false);
});
