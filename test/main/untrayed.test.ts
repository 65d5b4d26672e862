import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { Client } from "../../src/client/index.ts";
import type { StandInWindow } from "../support/electron/browser-window.ts";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";
import { approvalWith, createFakeClient, stateWith } from "./fake-client.ts";
import { eventually } from "../support/eventually.ts";

// A Linux desktop that shows no tray, and links that other programs send.

const client = createFakeClient(stateWith({ approvals: [approvalWith()] }));
let electron: StandIn;
let shell: StandInWindow;
const shown: unknown[] = [];

beforeAll(async () => {
  electron = await installElectron();
  const profile = join(electron.folder, "profile");
  await mkdir(profile);
  await writeFile(join(profile, "profile.json"), "{}");
  const link = "countersign://approval/approval-1";
  process.argv.push("--profile", profile, "--hidden", "--", link, "--profile", "/elsewhere");
  vi.stubEnv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus");
  electron.desktop.answer.button = 1;
  const [renderer, preload] = [join(electron.folder, "renderer"), join(electron.folder, "preload")];
  await mkdir(renderer);
  await writeFile(join(renderer, "index.html"), "<!doctype html><title>Console</title>");
  const root = fileURLToPath(new URL("../../", import.meta.url));
  await build({ configFile: join(root, "src/preload/vite.config.ts"), logLevel: "error", build: { outDir: preload } });
  const { runTrayApp } = await import("../../src/main/tray-app.ts");
  const files = { renderer, preload: join(preload, "index.cjs"), assets: join(root, "assets") };
  await electron.start(
    () => void runTrayApp({ openClient: async () => client as unknown as Client, files, platform: "linux" }),
  );
  shell = await eventually(() => {
    const [first] = electron.BrowserWindow.all;
    if (first === undefined) throw new Error("No window yet");
    return first;
  });
  const send = shell.webContents.send.bind(shell.webContents);
  shell.webContents.send = (channel, ...args) => {
    if (channel === "show") shown.push(args[0]);
    send(channel, ...args);
  };
  await eventually(() => expect(shell.isVisible()).toBe(true));
});
afterAll(() => electron.close());

const dialogs = () => electron.desktop.dialogs.splice(0);
beforeEach(() => void shown.splice(0));

test("shows its window though it was started hidden, and asks about the link that it was started with", async () => {
  expect(shell.isVisible()).toBe(true);
  await eventually(() => expect(electron.desktop.dialogs.length).toBe(1));
  expect(dialogs()).toEqual([
    {
      message: "Open this request?",
      detail: "A link asks to show read_file on reports-share. Opening it decides nothing.",
    },
  ]);
  expect(shown).toEqual([]);
});

test("closing leaves the window in reach, says so once, and quits nothing", () => {
  shell.close();
  shell.close();
  expect([shell.isVisible(), shell.isMinimized(), shell.isDestroyed()]).toEqual([true, true, false]);
  expect(dialogs().map(({ message }) => message)).toEqual(["This desktop shows no tray"]);
});

test("a second start shows the window of the first, and a link among its arguments is asked about", async () => {
  electron.app.launchAgain();
  expect(shell.isMinimized()).toBe(false);
  electron.desktop.answer.button = 0;
  electron.app.launchAgain("--", "countersign://approval/approval-1");
  await eventually(() => expect(shown).toEqual([{ approval: "approval-1" }]));
  electron.app.launchAgain("--", "countersign://settings");
  await eventually(() => expect(shown.at(-1)).toEqual({ approval: null, page: "settings" }));
  expect(dialogs().map(({ message }) => message)).toEqual(["Open this request?", "Open Countersign?"]);
});

test("a link that names a request nobody knows says so, and one that is not of its form does nothing", async () => {
  const event = { preventDefault: () => undefined };
  electron.app.emit("open-url", event, "countersign://approval/unknown-1");
  electron.app.emit("open-url", event, "countersign://inbox");
  electron.app.emit("open-url", event, "countersign://approval/approval-1/approve");
  await eventually(() => expect(shown).toEqual([{ approval: "unknown-1" }]));
  expect(dialogs().map(({ detail }) => detail)).toEqual([
    "A link asks to show the request unknown-1, which is not known here. Opening it decides nothing.",
  ]);
});

test("no link has ever called anything", () => {
  expect(client.calls).toEqual([]);
});
