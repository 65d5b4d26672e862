import { join } from "node:path";
import type { SecretsKept } from "../../shared/console.ts";
import { CountersignError } from "../../shared/errors.ts";
import { keyBytes, keyringKey } from "./keyring.ts";
import { keySeal, sealedFileVault } from "./sealed-file.ts";
import { memoryVault, type Vault } from "./vault.ts";

/** A vault, and what is said of it. */
interface OpenedVault {
  readonly vault: Vault;
  readonly secrets: SecretsKept;
}

/** The variable with the key of a machine that has no keyring: 32 random bytes in base64. */
const vaultKeyVariable = "COUNTERSIGN_VAULT_KEY";

/**
 * The vault of a profile without a desktop app: by a key from the environment where one is given, else by the OS keyring, else in memory.
 * Throws `configuration` for a key that is none: whoever gave one counts on it.
 */
export async function openVault(
  directory: string,
  env: NodeJS.ProcessEnv = process.env,
  askKeyring: typeof keyringKey = keyringKey,
): Promise<OpenedVault> {
  const given = env[vaultKeyVariable];
  if (given !== undefined && given !== "") {
    const vault = sealedFileVault(join(directory, "vault.environment.json"), keySeal(keyFrom(given)));
    // Programs that this process starts have no use for it.
    delete env[vaultKeyVariable];
    return { vault, secrets: { place: "environment", why: null } };
  }
  if (env["COUNTERSIGN_VAULT"] === "memory") return inMemory("COUNTERSIGN_VAULT asks for that");
  const answer = await askKeyring({ env, platform: process.platform });
  if (!answer.ok) return inMemory(answer.why);
  const vault = sealedFileVault(join(directory, "vault.keyring.json"), keySeal(answer.key));
  return { vault, secrets: { place: "keyring", why: null } };
}

function inMemory(why: string): OpenedVault {
  return { vault: memoryVault(), secrets: { place: "memory", why } };
}

function keyFrom(text: string): Buffer {
  const key = Buffer.from(text, "base64");
  // A passphrase would be decoded too, somehow, and be no key.
  if (/^[A-Za-z0-9+/]{43}=?$/.test(text) && key.length === keyBytes) return key;
  const message = `${vaultKeyVariable} is no key: it takes 32 random bytes in base64, as \`openssl rand -base64 32\` makes them.`;
  throw new CountersignError("configuration", message);
}
