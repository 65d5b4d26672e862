import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Client } from "../../src/client/index.ts";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";
import { approvalWith, createFakeClient, stateWith } from "./fake-client.ts";
import { eventually } from "../support/eventually.ts";

// The settings page of an installed app, over IPC: what it sets, main keeps and the tray shows.

const root = fileURLToPath(new URL("../../", import.meta.url));
const client = createFakeClient(stateWith());
let electron: StandIn;
let page: Page;

beforeAll(async () => {
  electron = await installElectron();
  electron.app.isPackaged = true;
  const profile = join(electron.folder, "profile");
  await mkdir(profile);
  await writeFile(join(profile, "profile.json"), "{}");
  process.argv.push("--profile", profile);
  const [renderer, preload] = [join(electron.folder, "renderer"), join(electron.folder, "preload")];
  // Otherwise vitest's own "test" builds React for development.
  vi.stubEnv("NODE_ENV", "production");
  for (const [part, outDir] of [
    ["preload", preload],
    ["renderer", renderer],
  ] as const)
    await build({ configFile: join(root, `src/${part}/vite.config.ts`), logLevel: "error", build: { outDir } });
  vi.unstubAllEnvs();
  const { runTrayApp } = await import("../../src/main/tray-app.ts");
  const files = { renderer, preload: join(preload, "index.cjs"), assets: join(root, "assets") };
  await electron.start(
    () => void runTrayApp({ openClient: async () => client as unknown as Client, files, platform: "darwin" }),
  );
  const shell = await eventually(() => {
    const [first] = electron.BrowserWindow.all;
    if (first === undefined) throw new Error("No window yet");
    return first;
  });
  page = await shell.webContents.page;
  await eventually(() => expect(shell.isVisible()).toBe(true));
});
afterAll(() => electron.close());

const menu = () => electron.trays.at(-1)?.menu;

test("opens from the tray's menu", async () => {
  menu()?.click("All settings…");
  await page.getByRole("heading", { name: "Settings" }).waitFor();
  await page.getByText("A notification opens its request; decisions are made in this window.").waitFor();
});

test("what is set there main keeps, and shows in the page and the menu alike", async () => {
  const notify = page.getByRole("checkbox", { name: /^Notify of new requests/ });
  expect(await notify.isChecked()).toBe(true);
  await notify.click();
  await eventually(async () => expect(await notify.isChecked()).toBe(false));
  client.change(stateWith({ approvals: [approvalWith()] }));
  expect(electron.notifications).toEqual([]);
  const items = menu()?.template.flatMap(({ submenu }) => (submenu ?? []) as Electron.MenuItemConstructorOptions[]);
  expect(items?.find(({ label }) => label === "Notifications")?.checked).toBe(false);
  menu()?.click("Notifications");
  await eventually(async () => expect(await notify.isChecked()).toBe(true));
});

test("quiet hours are set by their times", async () => {
  await page.getByLabel("From").fill("20:30");
  await page.getByRole("checkbox", { name: "Show no notification each day" }).click();
  await eventually(() => expect(menu()?.labels).toContain("Quiet hours, 20:30 to 07:00"));
  menu()?.click("Quiet hours");
  await eventually(async () => {
    expect(await page.getByRole("checkbox", { name: "Show no notification each day" }).isChecked()).toBe(false);
  });
});

test("start at login is the system's to know at once", async () => {
  await page.getByRole("checkbox", { name: "Start at login, in the tray" }).click();
  await eventually(() => {
    const asked = electron.app.asked.findLast(({ what }) => what === "setLoginItemSettings");
    expect(asked?.value).toMatchObject({ openAtLogin: true });
  });
});

test("a test notification says in the page that its click came back", async () => {
  await page.getByRole("button", { name: "Test notifications" }).click();
  await page.getByText("Sent. Click the notification.").waitFor();
  expect(await page.getByRole("button", { name: "Test notifications" }).isDisabled()).toBe(true);
  electron.notifications.at(-1)?.emit("click");
  await page.getByText("The click came back: notifications work.").waitFor();
});

test("is reached before anybody is signed in, and leads back to the sign-in", async () => {
  client.change(stateWith({ session: { state: "signed-out", error: null } }));
  await page.getByRole("button", { name: "Sign in", exact: true }).first().click();
  await page.getByRole("heading", { name: "Sign in to Countersign" }).waitFor();
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("checkbox", { name: /^Notify of new requests/ }).waitFor();
  expect(client.calls).toEqual([]);
});

test("while signing in, the address is there to be copied, and no link that the window would not follow", async () => {
  const url = "https://login.example/authorize?state=x";
  client.change(stateWith({ session: { state: "signing-in", url } }));
  await page.getByRole("button", { name: "Sign in", exact: true }).first().click();
  await page.getByText(url).waitFor();
  await page.getByRole("button", { name: "Copy address" }).waitFor();
  expect(await page.getByRole("link").count()).toBe(0);
  client.change(stateWith({ session: { state: "signed-out", error: null } }));
  await page.getByRole("button", { name: "Settings" }).click();
});

test("an installed app takes countersign: links, which can bring it no option", () => {
  expect(electron.app.asked).toContainEqual({
    what: "setAsDefaultProtocolClient",
    value: { protocol: "countersign", path: process.execPath, args: ["--"] },
  });
});

test("quits from there, where no tray could", async () => {
  await page.getByRole("button", { name: "Quit Countersign" }).click();
  await electron.app.hasQuit;
  expect(client.closed()).toBe(true);
});
