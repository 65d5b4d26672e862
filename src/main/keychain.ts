import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { safeStorage } from "electron";
import type { SecretsKept } from "../shared/console.ts";
import { sealedFileVault, type Seal } from "../client/vault/sealed-file.ts";
import { memoryVault, type Vault } from "../client/vault/vault.ts";

/** A profile's vault by the OS keychain's encryption; in memory where there is none, or one that encrypts by a key that everybody knows. */
export async function openKeychain(
  directory: string,
  platform: NodeJS.Platform = process.platform,
): Promise<{ readonly vault: Vault; readonly secrets: SecretsKept }> {
  if (!(await isSafe(platform))) {
    const why = "this desktop’s key store is not there, or is locked";
    return { vault: memoryVault(), secrets: { place: "memory", why } };
  }
  const vault = sealedFileVault(join(directory, "vault.keychain.json"), keychainSeal);
  return { vault, secrets: { place: "keychain", why: null } };
}

async function isSafe(platform: NodeJS.Platform): Promise<boolean> {
  // A key store that asks its person first keeps nobody waiting: what comes too late counts as none.
  const answer = await Promise.race([
    safeStorage.isAsyncEncryptionAvailable(),
    delay(longestMs, false, { ref: false }),
  ]);
  if (!answer) return false;
  // Chromium's own fallback on Linux: a password that stands in its source.
  return platform !== "linux" || safeStorage.getSelectedStorageBackend() !== "basic_text";
}

const longestMs = 3_000;

/** The name goes into what is sealed: a secret that was moved to another name does not open. */
const keychainSeal: Seal = {
  async seal(name, secret) {
    const sealed = await safeStorage.encryptStringAsync(JSON.stringify([name, secret]));
    return sealed.toString("base64");
  },
  async open(name, sealed) {
    try {
      const { result } = await safeStorage.decryptStringAsync(Buffer.from(sealed, "base64"));
      const found: unknown = JSON.parse(result);
      if (!Array.isArray(found) || found[0] !== name || typeof found[1] !== "string") return null;
      return found[1];
    } catch {
      return null;
    }
  },
};
