import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";

let electron: StandIn;
beforeAll(async () => {
  electron = await installElectron();
});
beforeEach(() => {
  electron.safeStorage.available = true;
  electron.safeStorage.backend = "gnome_libsecret";
});
afterAll(() => electron.close());

const opened = async () => (await import("../../src/main/keychain.ts")).openKeychain(electron.folder, "linux");
const file = () => join(electron.folder, "vault.keychain.json");

test("secrets outlive the app, sealed by the keychain and readable in no file", async () => {
  const { vault, secrets } = await opened();
  expect(secrets).toEqual({ place: "keychain", why: null });
  await vault.set("account", "canary-of-the-keychain");
  await vault.set("device", "second");
  expect(await (await opened()).vault.get("account")).toBe("canary-of-the-keychain");
  expect(await readFile(file(), "utf8")).not.toContain("canary-of-the-keychain");
  await vault.delete("account");
  expect(await vault.get("account")).toBeNull();
  expect(await vault.get("device")).toBe("second");
});

test("what was moved to another name, or sealed by a keychain that is gone, counts as not kept", async () => {
  const { vault } = await opened();
  await vault.set("account", "mine");
  const kept = JSON.parse(await readFile(file(), "utf8")) as { sealed: Record<string, string> };
  const { sealedFileVault } = await import("../../src/client/vault/sealed-file.ts");
  const moved = sealedFileVault(file(), { seal: async () => kept.sealed["account"] ?? "", open: async () => null });
  await moved.set("device", "");
  expect(await vault.get("device")).toBeNull();
  electron.safeStorage.forgetKey();
  expect(await vault.get("account")).toBeNull();
});

test("without a keychain, or with one whose key everybody knows, secrets stay in memory", async () => {
  electron.safeStorage.backend = "basic_text";
  expect((await opened()).secrets).toMatchObject({ place: "memory", why: expect.stringMatching(/key store/) });
  electron.safeStorage.available = false;
  const { vault, secrets } = await opened();
  expect(secrets.place).toBe("memory");
  await vault.set("account", "in memory");
  expect(await vault.get("account")).toBe("in memory");
});

test("a key store that asks its person first keeps the app from starting for seconds, not for ever", async () => {
  electron.safeStorage.available = new Promise(() => undefined);
  expect((await opened()).secrets.place).toBe("memory");
});
