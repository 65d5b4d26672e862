import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openClient, type Client } from "../../src/client/index.ts";
import { discover, writeProfile } from "../../src/client/profile.ts";
import { createSignIn } from "../../src/client/sign-in/sign-in.ts";
import type { SignIn } from "../../src/client/sign-in/sign-in.ts";
import type { Vault } from "../../src/client/vault/vault.ts";
import { signInAs } from "../../src/demo/idp/robot.ts";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";
import { eventually } from "../support/eventually.ts";
import { openWorld, type World } from "../support/world.ts";

// The tray app after a real sign-in: what of its tokens and keys is in the page's memory, its settings, its files and its log.

const root = fileURLToPath(new URL("../../", import.meta.url));
const canaries = new Map<string, string>();
const logged: string[] = [];
let electron: StandIn;
let world: World;
let page: Page;
let client: Client;

beforeAll(async () => {
  electron = await installElectron();
  electron.safeStorage.available = true;
  world = await openWorld({});
  const profile = join(electron.folder, "profile");
  const [way] = (await discover(world.url)).profiles;
  if (way === undefined) throw new Error("no way to sign in");
  await writeProfile(profile, way);
  process.argv.push("--profile", profile);
  const [renderer, preload] = [join(electron.folder, "renderer"), join(electron.folder, "preload")];
  vi.stubEnv("NODE_ENV", "production");
  for (const [part, outDir] of [
    ["preload", preload],
    ["renderer", renderer],
  ] as const)
    await build({ configFile: join(root, `src/${part}/vite.config.ts`), logLevel: "error", build: { outDir } });
  vi.unstubAllEnvs();
  vi.spyOn(process.stderr, "write").mockImplementation((line) => logged.push(String(line)) > 0);
  const { runTrayApp } = await import("../../src/main/tray-app.ts");
  const files = { renderer, preload: join(preload, "index.cjs"), assets: join(root, "assets") };
  await electron.start(() => void runTrayApp({ openClient: watched, files, platform: "linux" }));
  const shell = await eventually(() => {
    const [first] = electron.BrowserWindow.all;
    if (first === undefined) throw new Error("No window yet");
    return first;
  });
  page = await shell.webContents.page;
});
afterAll(async () => {
  vi.restoreAllMocks();
  await electron.close();
  await world.close();
});

/** The real engineer's side, of which each secret is noted as it is made. */
async function watched(options: Parameters<typeof openClient>[0]): Promise<Client> {
  const { vault } = options;
  if (vault === undefined) throw new Error("the app has no vault");
  client = await openClient({
    ...options,
    vault: noting(vault),
    createSignIn: async (provider, ways) => notingTokens(await createSignIn(provider, ways)),
  });
  return client;
}

function noting(vault: Vault): Vault {
  return {
    ...vault,
    set: async (key, value) => {
      for (const [, name, secret] of value.matchAll(/"(d|refreshToken|accessToken|idToken)":"([^"]{20,})"/g))
        if (name !== undefined && secret !== undefined) canaries.set(`${name} in ${key}`, secret);
      await vault.set(key, value);
    },
  };
}

function notingTokens(signIn: SignIn): SignIn {
  return {
    ...signIn,
    signIn: async (how) => noted(await signIn.signIn(how)),
    token: async (how) => noted(await signIn.token(how)),
  };
}

function noted<T extends { readonly accessToken: string }>(tokens: T): T {
  canaries.set(`access token …${tokens.accessToken.slice(-6)}`, tokens.accessToken);
  return tokens;
}

test("a person signs in, calls, and every secret of the day is known", async () => {
  await page.getByRole("button", { name: "Sign in" }).last().click();
  const url = await eventually(() => {
    const [opened] = electron.desktop.opened;
    if (opened === undefined) throw new Error("no browser yet");
    return opened;
  });
  await signInAs(url, "engineer");
  await page.getByText("Nothing waits for you").waitFor();
  canaries.set("a client's token", (await client.addClient("cursor")).token);
  await page.getByRole("button", { name: "Connections" }).click();
  await page.getByText("cursor").first().waitFor();
  expect([...canaries.keys()]).toEqual(
    expect.arrayContaining([expect.stringContaining("access token"), "d in device", "refreshToken in sign-in.oidc"]),
  );
});

test("none of them is in the page's memory", async () => {
  // One that is there is found, at the end of a string as long as any token.
  await page.evaluate((planted) => void Object.assign(window, { planted }), `${"x".repeat(8000)}planted-canary`);
  const snapshot = await heapOf(page);
  // Not by toContain: what it would show of a failure is the whole heap.
  for (const known of ["Erin Engineer", "xxplanted-canary"]) expect(snapshot.includes(known), known).toBe(true);
  expect(foundIn([["the page's heap", snapshot]])).toEqual([]);
  expect(/eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}/.test(snapshot)).toBe(false);
}, 90_000);

test("none of them is in the app's settings, caches, profile or log, and no crash is reported anywhere", () => {
  const places = filesIn(electron.folder);
  expect(places.map(([path]) => path).join("\n")).toContain("vault.keychain.json");
  expect(foundIn([...places, ["the log", logged.join("")]])).toEqual([]);
  // Electron's reporter, which sends memory away, runs only where it is started.
  expect(electron.crashReports).toEqual([]);
});

function foundIn(places: readonly (readonly [string, string])[]): readonly string[] {
  return places.flatMap(([place, text]) =>
    [...canaries].filter(([, canary]) => text.includes(canary)).map(([what]) => `${what} in ${place}`),
  );
}

/** All that the page's process keeps for it, as V8 writes it down. */
async function heapOf(of: Page): Promise<string> {
  const cdp = await of.context().newCDPSession(of);
  const chunks: string[] = [];
  cdp.on("HeapProfiler.addHeapSnapshotChunk", ({ chunk }) => void chunks.push(chunk));
  await cdp.send("HeapProfiler.enable");
  await cdp.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
  await cdp.detach();
  return chunks.join("");
}

/** Every file below a folder but the built pages, as text in which each byte is a letter. */
function filesIn(directory: string): (readonly [string, string])[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((name) => !/^(renderer|preload)/.test(name))
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => [path, readFileSync(path, "latin1")]);
}
