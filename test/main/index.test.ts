import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openClient } from "../../src/client/index.ts";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";
import { eventually } from "../support/eventually.ts";

// The entry itself, as Electron would start it, over the real engineer's side; its gateway and provider are not there.

let electron: StandIn;
let directory: string;

beforeAll(async () => {
  electron = await installElectron();
  directory = join(electron.folder, "profile");
  await mkdir(directory, { mode: 0o700 });
  const provider = { kind: "oidc", issuer: "http://127.0.0.1:9", clientId: "desktop", scope: "openid" };
  const ledgerKey = `127.0.0.1:9+00000000+${Buffer.from([1, ...Array<number>(32).fill(0)]).toString("base64")}`;
  const profile = { v: 1, gateway: "http://127.0.0.1:9", audience: "countersign", ledgerKey, provider };
  await writeFile(join(directory, "profile.json"), JSON.stringify(profile), { mode: 0o600 });
  process.argv.push("--profile", directory, "--hidden");
  await build({
    configFile: fileURLToPath(new URL("../../src/preload/vite.config.ts", import.meta.url)),
    logLevel: "error",
  });
  await electron.start(() => import("../../src/main/index.ts"));
});
afterAll(() => electron.close());

test("starts signed out, hidden, and owns the profile", async () => {
  await eventually(() => expect(electron.trays.at(-1)?.toolTip).toBe("Countersign: signed out"));
  expect(electron.trays.at(-1)?.menu.labels.slice(0, 2)).toEqual(["Signed out. Calls are refused.", "Sign in…"]);
  expect(electron.BrowserWindow.all[0]?.isVisible()).toBe(false);
  await expect(openClient({ directory, openBrowser: () => undefined })).rejects.toMatchObject({
    code: "profile_in_use",
  });
});

test("a sign-in that cannot reach its provider is said and opens no browser", async () => {
  electron.trays.at(-1)?.menu.click("Sign in…");
  await eventually(() => expect(electron.desktop.dialogs.length).toBe(1));
  expect(electron.desktop.opened).toEqual([]);
});

test("lets go of the profile when it quits", async () => {
  electron.app.quit();
  await electron.app.hasQuit;
  const client = await openClient({ directory, openBrowser: () => undefined });
  await client.close();
});
