import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Client } from "../../src/client/index.ts";
import { digest } from "../../src/shared/json.ts";
import type { PreloadBridge } from "../../src/shared/bridge.ts";
import type { StandInWindow } from "../support/electron/browser-window.ts";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";
import { approvalWith, createFakeClient, stateWith } from "./fake-client.ts";
import { eventually } from "../support/eventually.ts";

// One life of the app, from start to quit, in order: each test goes on where the one before it ended.

declare global {
  interface Window {
    readonly countersign: PreloadBridge;
  }
}

const root = fileURLToPath(new URL("../../", import.meta.url));
const client = createFakeClient(stateWith());
let electron: StandIn;
let shell: StandInWindow;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  electron = await installElectron();
  const profile = join(electron.folder, "profile");
  await mkdir(profile);
  await writeFile(join(profile, "profile.json"), "{}");
  process.argv.push("--profile", profile);
  const [renderer, preload] = [join(electron.folder, "renderer"), join(electron.folder, "preload")];
  // Otherwise vitest's own "test" builds React for development.
  vi.stubEnv("NODE_ENV", "production");
  await build({ configFile: join(root, "src/preload/vite.config.ts"), logLevel: "error", build: { outDir: preload } });
  await build({
    configFile: join(root, "src/renderer/vite.config.ts"),
    logLevel: "error",
    build: { outDir: renderer },
  });
  vi.unstubAllEnvs();
  const { runTrayApp } = await import("../../src/main/tray-app.ts");
  const files = { renderer, preload: join(preload, "index.cjs"), assets: join(root, "assets") };
  await electron.start(
    () => void runTrayApp({ openClient: async () => client as unknown as Client, files, platform: "darwin" }),
  );
  shell = await eventually(() => {
    const [first] = electron.BrowserWindow.all;
    if (first === undefined) throw new Error("No window yet");
    return first;
  });
  page = await shell.webContents.page;
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await eventually(() => expect(shell.isVisible()).toBe(true));
});

afterAll(async () => {
  await electron.close();
});

test("boots into a sandboxed window that shows the console", async () => {
  expect(shell.options.webPreferences).toMatchObject({
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    webSecurity: true,
  });
  expect(electron.app.asked).toContainEqual({ what: "enableSandbox", value: true });
  expect(shell.webContents.mainFrame.origin).toBe("app://countersign");
  await page.getByText("Nothing waits for you").waitFor();
});

test("gives the page the named methods and nothing else of Electron or Node", async () => {
  const found = await page.evaluate(() => ({
    methods: Object.keys(window.countersign).sort(),
    ofDesktop: Object.keys(window.countersign.desktop ?? {}).sort(),
    strangers: ["require", "process", "module", "electron", "ipcRenderer", "__standInInvoke"].filter(
      (name) => name in window,
    ),
    frozen: Object.isFrozen(window.countersign),
  }));
  expect(found).toEqual({
    methods: [
      "acknowledgeDevice",
      "applySetup",
      "approvalContext",
      "auditActivity",
      "auditEntry",
      "cancelSignIn",
      "confirmDevice",
      "copyAddress",
      "decide",
      "declineSignIn",
      "desktop",
      "exportAudit",
      "exportHistory",
      "exportMcpSession",
      "grants",
      "history",
      "historyFigures",
      "historyItem",
      "look",
      "mcpSession",
      "mcpSessions",
      "onShow",
      "onState",
      "openTunnel",
      "pause",
      "planSetup",
      "removeClient",
      "removeDevice",
      "resume",
      "retry",
      "revokeGrant",
      "searchAudit",
      "setups",
      "signIn",
      "signOut",
      "wholeState",
      "withdraw",
    ],
    ofDesktop: [
      "addProfile",
      "dropDecision",
      "openProfile",
      "profileRemoval",
      "proposeGateway",
      "quit",
      "removeProfile",
      "renameProfile",
      "set",
      "testNotification",
    ],
    strangers: [],
    frozen: true,
  });
});

test("sets up a client, and finds out why the gateway is not reached, at the part of the page that says so", async () => {
  electron.trays.at(-1)?.menu.click("Set up a client");
  await page.getByRole("heading", { name: "MCP clients" }).waitFor();
  const trouble = { kind: "name", detail: "ENOTFOUND" } as const;
  client.change(stateWith({ gateway: { ...stateWith().gateway, link: "offline", trouble } }));
  shell.hide();
  electron.trays.at(-1)?.menu.click("Find out why");
  expect(shell.isVisible()).toBe(true);
  await page.getByRole("region", { name: "Gateway" }).getByText("No address is known for that name.").waitFor();
  await eventually(async () => expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Gateway"));
  client.change(stateWith());
});

test("shows its state and, after a request arrives, the count in the tray", async () => {
  const tray = electron.trays.at(-1);
  expect(tray?.toolTip).toBe("Countersign: connected");
  expect(tray?.menu.labels[0]).toBe("No requests wait");
  client.change(
    stateWith({ approvals: [approvalWith(), approvalWith({ id: "approval-2", tool: "write_file", risk: "high" })] }),
  );
  expect(tray?.toolTip).toBe("Countersign: 2 requests wait for you");
  expect(tray?.menu.labels.slice(0, 3)).toEqual([
    "2 requests wait for you",
    "○ Low: read_file on reports-share, denied at 14:36",
    "▲ High: write_file on reports-share, denied at 14:36",
  ]);
  expect(tray?.image.getScaleFactors().length).toBe(2);
  expect(electron.app.badge).toBe(2);
});

test("notifies of each new request once, without its payload, and a click shows the request in the page", async () => {
  client.change(
    stateWith({ ...client.state(), gateway: { ...client.state().gateway, link: "offline" }, approvals: [] }),
  );
  client.change(
    stateWith({ approvals: [approvalWith(), approvalWith({ id: "approval-2", tool: "write_file", risk: "high" })] }),
  );
  expect(electron.notifications.map(({ title, body }) => ({ title, body }))).toEqual([
    { title: "S. asks to run read_file on reports-share", body: "Low risk. Denied at 14:36 unless decided." },
    { title: "S. asks to run write_file on reports-share", body: "High risk. Denied at 14:36 unless decided." },
  ]);
  electron.notifications[1]?.emit("click");
  await page
    .getByRole("heading", { name: /write_file/ })
    .first()
    .waitFor();
});

test("takes a notification away when the request is decided elsewhere", () => {
  client.change(
    stateWith({ approvals: [approvalWith({ state: "denied", revision: 2 }), approvalWith({ id: "approval-2" })] }),
  );
  expect(electron.notifications[0]?.state).toBe("closed");
});

test("mends its page's state where a push was lost on the way", async () => {
  const approvals = [approvalWith({ id: "approval-2" })];
  const titles = () => page.getByRole("option").allInnerTexts();
  client.change(stateWith({ approvals }));
  await eventually(async () => expect(await titles()).toHaveLength(1));
  const send = vi.spyOn(shell.webContents, "send").mockImplementationOnce(() => undefined);
  client.change(stateWith({ approvals: [...approvals, approvalWith({ id: "approval-4", tool: "lost_on_the_way" })] }));
  expect(send).toHaveBeenCalledWith("state", expect.objectContaining({ kind: "change" }));
  expect(await titles()).toHaveLength(1);
  const now = [...client.state().approvals, approvalWith({ id: "approval-5", tool: "came_after_it" })];
  client.change(stateWith({ approvals: now }));
  await eventually(async () => expect(await titles()).toHaveLength(3));
  await page.getByRole("option", { name: /lost_on_the_way/ }).waitFor();
});

test("passes a call of its own page on, as decided in a window", async () => {
  const result = await page.evaluate(() => window.countersign.retry());
  expect(result).toEqual({ ok: true, value: null });
  // What the page looks up by itself about an open request may come after it.
  const passed = client.calls.filter(({ call }) => call === "gateway.retry");
  expect(passed).toEqual([{ call: "gateway.retry", input: {}, presence: "window" }]);
});

test("a click in the page decides, with the digest of what the page showed", async () => {
  const approval = approvalWith({ id: "approval-3" });
  client.change(stateWith({ approvals: [approval] }));
  client.show("approval-3");
  await page.getByRole("button", { name: "Approve" }).click();
  const decision = () => client.calls.find(({ call }) => call === "approvals.decide");
  await eventually(() => expect(decision()).toBeDefined());
  expect(decision()).toMatchObject({
    input: { id: "approval-3", verdict: "approve", digest: await digest({ ...approval.payload }) },
    presence: "window",
  });
  // zod, until it is told not to, tries once whether it may compile code; the page's policy forbids it.
  expect(complaints.filter((text) => !/TrustedScript|Function constructor/.test(text))).toEqual([]);
});

/** How often something was asked for; what the page looks up by itself about a request that is open doesn't count. */
/** What a page asks for by itself, whenever it has a request open, aside. */
const asked = (): number =>
  client.calls.filter(({ call }) => call !== "approvals.context" && call !== "approvals.look").length;

test("refuses a call of another shape", async () => {
  const calls = asked();
  const result = await page.evaluate(() => window.countersign.decide({ id: "approval-2", verdict: "maybe" } as never));
  expect(result).toMatchObject({ ok: false, error: { code: "bad_request" } });
  expect(asked()).toBe(calls);
});

test("refuses a call from another window, though it has the same page and preload", async () => {
  const calls = asked();
  const other = new electron.BrowserWindow({
    webPreferences: { preload: shell.options.webPreferences?.preload ?? "" },
  });
  await other.loadURL("app://countersign/index.html");
  const result = await (await other.webContents.page).evaluate(() => window.countersign.signIn());
  expect(result).toMatchObject({ ok: false, error: { code: "not_allowed" } });
  expect(asked()).toBe(calls);
  other.destroy();
});

test("answers no channel beside the console's calls", () => {
  expect([...electron.ipcMain.channels].sort()).toEqual([
    "approvals.context",
    "approvals.decide",
    "approvals.look",
    "approvals.withdraw",
    "audit.activity",
    "audit.entry",
    "audit.export",
    "audit.search",
    "clients.remove",
    "connections.copyAddress",
    "desktop.dropDecision",
    "desktop.quit",
    "desktop.set",
    "desktop.testNotification",
    "devices.acknowledge",
    "devices.confirm",
    "devices.remove",
    "gateway.retry",
    "grants.list",
    "grants.revoke",
    "history.export",
    "history.figures",
    "history.list",
    "history.show",
    "profiles.add",
    "profiles.propose",
    "profiles.removal",
    "profiles.remove",
    "profiles.rename",
    "profiles.use",
    "session.cancelSignIn",
    "session.declineSignIn",
    "session.signIn",
    "session.signInByCode",
    "session.signOut",
    "sessions.export",
    "sessions.list",
    "sessions.show",
    "setup.apply",
    "setup.list",
    "setup.plan",
    "state.whole",
    "tunnel.open",
    "tunnel.pause",
    "tunnel.resume",
  ]);
  expect([...electron.ipcMain.listening]).toEqual([]);
});

test("keeps the page where it is and lets it open nothing", async () => {
  await page.evaluate(() => {
    window.open("https://example.com/");
    location.href = "https://example.com/elsewhere";
  });
  await eventually(() => expect(shell.webContents.attempts.length).toBe(2));
  expect(shell.webContents.attempts.every(({ allowed }) => !allowed)).toBe(true);
  expect(shell.webContents.mainFrame.origin).toBe("app://countersign");
  expect(electron.desktop.opened).toEqual([]);
});

test("refuses every web permission", () => {
  const answers: boolean[] = [];
  electron.session.handlers.request?.(
    null as never,
    "notifications",
    (granted) => answers.push(granted),
    null as never,
  );
  expect(answers).toEqual([false]);
  expect(electron.session.handlers.check?.(null, "clipboard-read", "app://countersign", null as never)).toBe(false);
  expect(electron.session.handlers.device?.(null as never)).toBe(false);
});

test("lets no page reach the network or the disk, should it have lost its policy", () => {
  expect(electron.session.requests.urls).toEqual(
    expect.arrayContaining(["http://*/*", "https://*/*", "ws://*/*", "wss://*/*", "file://*/*"]),
  );
  const answers: unknown[] = [];
  electron.session.requests.judge?.(null as never, (answer) => answers.push(answer));
  expect(answers).toEqual([{ cancel: true }]);
});

test("hides on closing, says so once, and comes back at a second launch", () => {
  shell.close();
  shell.show();
  shell.close();
  expect(shell.isVisible()).toBe(false);
  expect(electron.desktop.dialogs.map(({ message }) => message)).toEqual(["Countersign stays in the tray"]);
  electron.app.launchAgain();
  expect(shell.isVisible()).toBe(true);
});

test("closes the engineer's side before it quits", async () => {
  electron.trays.at(-1)?.menu.click("Quit Countersign");
  await electron.app.hasQuit;
  expect(client.closed()).toBe(true);
  expect(shell.isDestroyed()).toBe(true);
  expect(electron.trays.at(-1)?.isDestroyed()).toBe(true);
});
