import { afterAll, beforeAll, expect, test } from "vitest";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";

let electron: StandIn;
beforeAll(async () => {
  electron = await installElectron({ instanceTaken: true });
});
afterAll(() => electron.close());

test("a second instance opens no profile, no window and no tray, and quits", async () => {
  const { runTrayApp } = await import("../../src/main/tray-app.ts");
  const opened: unknown[] = [];
  const openClient = async (options: unknown) => opened.push(options) as never;
  const files = { renderer: "/nowhere", preload: "/nowhere", assets: "/nowhere" };
  process.argv.push("--", "countersign://approval/approval-1");
  await electron.start(() => runTrayApp({ openClient, files }));
  await electron.app.hasQuit;
  expect([opened, electron.BrowserWindow.all, electron.trays, electron.desktop.dialogs]).toEqual([[], [], [], []]);
});
