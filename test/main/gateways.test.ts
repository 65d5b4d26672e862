import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openClient } from "../../src/client/index.ts";
import { signInAs } from "../../src/demo/idp/robot.ts";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";
import { eventually } from "../support/eventually.ts";
import { startGateway, type GatewayStandIn } from "../support/gateway-stand-in.ts";
import { openWorld, type World } from "../support/world.ts";

// An engineer's first day with two gateways, in order: each test goes on where the one before it ended. Real gateway, provider and pages.

const root = fileURLToPath(new URL("../../", import.meta.url));
let electron: StandIn;
let world: World;
let second: GatewayStandIn;
let home: string;
let page: Page;

beforeAll(async () => {
  electron = await installElectron();
  [world, second] = await Promise.all([openWorld({}), startGateway()]);
  home = join(electron.folder, "home");
  await mkdir(home);
  vi.stubEnv("HOME", home);
  vi.stubEnv("XDG_CONFIG_HOME", home);
  const [renderer, preload] = [join(electron.folder, "renderer"), join(electron.folder, "preload")];
  vi.stubEnv("NODE_ENV", "production");
  for (const [part, outDir] of [
    ["preload", preload],
    ["renderer", renderer],
  ] as const)
    await build({ configFile: join(root, `src/${part}/vite.config.ts`), logLevel: "error", build: { outDir } });
  const { runTrayApp } = await import("../../src/main/tray-app.ts");
  const files = { renderer, preload: join(preload, "index.cjs"), assets: join(root, "assets") };
  await electron.start(() => void runTrayApp({ openClient, files, platform: "linux" }));
  const shell = await eventually(() => {
    const [first] = electron.BrowserWindow.all;
    if (first === undefined) throw new Error("No window yet");
    return first;
  });
  page = await shell.webContents.page;
});
afterAll(async () => {
  electron.app.quit();
  await electron.app.hasQuit;
  vi.unstubAllEnvs();
  await electron.close();
  await Promise.all([world.close(), second.close()]);
});

const button = (name: string | RegExp) => page.getByRole("button", { name });
const address = () => page.getByRole("textbox", { name: "Address" });
const folderOf = (origin: string) => join(home, "countersign", "profiles", new URL(origin).host.replace(":", "-"));

async function propose(text: string): Promise<void> {
  await address().fill(text);
  await button("Continue").click();
}

async function signIn(): Promise<void> {
  const before = electron.desktop.opened.length;
  await button("Sign in").last().click();
  const url = await eventually(() => {
    const opened = electron.desktop.opened.slice(before)[0];
    if (opened === undefined) throw new Error("no browser yet");
    return opened;
  });
  await signInAs(url, "engineer");
  await page
    .getByRole("heading", { name: /Nothing waits|Inbox/ })
    .first()
    .waitFor();
}

test("the first start asks for a gateway's address, and says what is wrong with one", async () => {
  await page.getByRole("heading", { name: "Add your company’s gateway" }).waitFor();
  expect(electron.trays.at(-1)?.menu.labels.slice(0, 2)).toEqual([
    "No gateway is open. Calls are refused.",
    "Add a gateway…",
  ]);
  for (const [text, words] of [
    ["http://gateway.example", /over https/],
    ["https://user@gateway.example", /no user name/],
    [`http://127.0.0.1:${new URL(world.idp.oidc.issuer).port}`, /There is no Countersign gateway at this address/],
    ["http://127.0.0.1:1", /Nothing answers at this address/],
    [new URL(world.idp.entra.issuer).origin, /certificate that this computer does not trust/],
  ] as const) {
    await propose(text);
    await page.getByRole("alert").filter({ hasText: words }).waitFor();
  }
  expect(existsSync(join(home, "countersign", "profiles"))).toBe(false);
});

test("what the gateway says is shown whole, and nothing is pinned before it is confirmed", async () => {
  await propose(world.url);
  await page.getByRole("heading", { name: `Trust ${new URL(world.url).host}?` }).waitFor();
  const { audience, clientId, issuer } = world.idp.oidc;
  for (const fact of [world.url, audience, clientId, issuer])
    await page.locator("dd", { hasText: fact }).first().waitFor();
  await button("Cancel").click();
  expect(existsSync(folderOf(world.url))).toBe(false);
});

test("confirmed once, it is pinned and signed in to", async () => {
  await button("Continue").click();
  await button("Trust and add").click();
  await page.getByRole("heading", { name: "Sign in to Countersign" }).waitFor();
  const pinned = JSON.parse(await readFile(join(folderOf(world.url), "profile.json"), "utf8")) as object;
  expect(pinned).toMatchObject({ gateway: world.url, audience: world.idp.oidc.audience });
  await signIn();
  await button(/^Account of Erin/).click();
  await page.getByRole("region", { name: "Gateways" }).getByText("In use").first().waitFor();
});

test("a link only fills the field, and a page can confirm nothing but what it was shown", async () => {
  electron.desktop.answer.button = 0;
  electron.app.launchAgain(`countersign://gateway/${new URL(second.origin).host}`);
  await eventually(async () => expect(await address().inputValue()).toBe(new URL(second.origin).host));
  await page.getByText("This address came with a link").waitFor();
  expect(electron.desktop.dialogs.at(-1)).toMatchObject({ message: "Add a gateway?" });
  expect(second.requests).toEqual([]);
  const forged = await page.evaluate(() => window.countersign.desktop?.addProfile({ way: "made-up" }));
  expect(forged).toMatchObject({ ok: false, error: { code: "not_found" } });
});

test("a gateway that asks for the other one's audience is not even shown", async () => {
  const { audience, signIn: provider } = world.idp.oidc;
  second.named = { audience, provider };
  await propose(second.origin);
  await page.getByText("It gets none.").waitFor();
  second.named = {};
});

test("a second one stands beside the first, and switching takes the tunnel along", async () => {
  const first = await tunnelPort();
  await propose(second.origin);
  await button("Trust and add").click();
  await page.getByRole("heading", { name: "Sign in to Countersign" }).waitFor();
  // One tunnel is open at a time: the first one's is closed, its port kept for it.
  await expect(fetch(`http://127.0.0.1:${first}/mcp/files`)).rejects.toThrow();
  await button("Gateways").click();
  await button(`Open ${new URL(world.url).host}`).click();
  await button("Sign in").first().waitFor();
  await eventually(async () => expect((await fetch(`http://127.0.0.1:${first}/mcp/files`)).status).toBe(401));
});

test("a gateway that names another provider than was confirmed gets nothing, and the page says so", async () => {
  await button("Gateways").click();
  await button(`Open ${new URL(second.origin).host}`).click();
  second.named = { provider: { kind: "oidc", issuer: "http://127.0.0.1:1", clientId: "other", scope: "openid" } };
  const before = electron.desktop.opened.length;
  await button("Sign in").first().click();
  await page.getByRole("heading", { name: "Sign in to Countersign" }).waitFor();
  await button("Sign in").last().click();
  await page.getByRole("heading", { name: "This gateway now names another provider" }).waitFor();
  await page.getByText("client other instead of desktop").waitFor();
  await button("Look again").click();
  await page.getByRole("heading", { name: "This gateway now names another provider" }).waitFor();
  expect(electron.desktop.opened).toHaveLength(before);
  expect(second.requests).toEqual([]);
  second.named = {};
});

test("one is renamed, and one removed with all that goes with it named before", async () => {
  const host = new URL(second.origin).host;
  await button("Gateways").click();
  await button(`Rename ${host}`).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Side job");
  await button("Save").click();
  await button("Remove Side job").click();
  const goes = page.getByRole("group", { name: /Remove Side job/ });
  await goes.getByText(folderOf(second.origin)).waitFor();
  await button("Keep it").click();
  expect(existsSync(folderOf(second.origin))).toBe(true);
  await button("Remove Side job").click();
  await button("Remove it all").click();
  await eventually(() => expect(existsSync(folderOf(second.origin))).toBe(false));
  await button("Remove Side job").waitFor({ state: "detached" });
});

test("the last one removed leads back to the page that adds one", async () => {
  const host = new URL(world.url).host;
  await button(`Remove ${host}`).click();
  await button("Remove it all").click();
  await page.getByRole("heading", { name: "Add your company’s gateway" }).waitFor();
  expect(existsSync(folderOf(world.url))).toBe(false);
});

/** The port that the open profile's tunnel remembers. */
async function tunnelPort(): Promise<number> {
  const text = await eventually(async () => readFile(join(folderOf(world.url), "tunnel.json"), "utf8"));
  return Number(/"port":\s*(\d+)/.exec(text)?.[1]);
}
