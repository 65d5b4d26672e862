import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  randomBytes,
  sign,
} from "node:crypto";
import type { KeyObject } from "node:crypto";
import { mkdir, realpath, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { CountersignError } from "../shared/errors.ts";
import { canonical, type Json } from "../shared/json.ts";
import { createOnce, readKey, readKeyIfPresent, refuseLoose, syncFolder } from "./key-files.ts";

/** The gateway's secrets, usable but not readable: they stand in a folder of their own, outside the data (rule 6). */
export interface GatewayKeys {
  /** The folder they were loaded from, without symbolic links. */
  readonly folder: string;
  /** HMAC-SHA-256 over the canonical text, as base64url. */
  keyedDigest(value: Json): string;
  /** The ledger's public key as a C2SP verifier key, `ORIGIN+KEYHASH+BASE64`. */
  verifierKey(origin: string): string;
  /** Ed25519 signature (64 bytes) by the ledger's key. */
  signLedger(text: Uint8Array): Uint8Array;
  /** The key that takes over from the ledger's at the next start; null where none was made, or it has. */
  next(): LedgerKey | null;
  /** The next key is the ledger's from now on; on the disk once `adopt` has resolved. */
  takeNext(): void;
  /** Puts a key that was taken durably in the old one's place, which is overwritten. Does nothing where none was. */
  adopt(): Promise<void>;
}

/** One signing key of a ledger. */
export interface LedgerKey {
  verifierKey(origin: string): string;
  sign(text: Uint8Array): Uint8Array;
}

const ledgerKeyFile = "ledger-signing-key.pem";
const nextKeyFile = "ledger-signing-key.next.pem";
const digestKeyFile = "digest-key";

/**
 * Loads the keys of this folder, or makes folder and keys at the first start. Throws CountersignError `configuration`
 * where others could read them or a file isn't what it should be.
 */
export async function loadKeys(folder: string): Promise<GatewayKeys> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  refuseLoose(folder, "folder", await stat(folder));
  // The digest key is made first: a signing key without one is a loss, never an interrupted first start.
  const signing = await readKeyIfPresent(join(folder, ledgerKeyFile));
  if (signing === null) {
    await createOnce(folder, digestKeyFile, `${randomBytes(32).toString("base64")}\n`);
    const { privateKey } = generateKeyPairSync("ed25519");
    await createOnce(folder, ledgerKeyFile, privateKey.export({ type: "pkcs8", format: "pem" }));
  }
  let ledgerKey = ledgerKeyOf(join(folder, ledgerKeyFile), signing ?? (await readKey(join(folder, ledgerKeyFile))));
  const waiting = await readKeyIfPresent(join(folder, nextKeyFile));
  let next = waiting === null ? null : ledgerKeyOf(join(folder, nextKeyFile), waiting);
  let taken = false;
  const digestKey = parseDigestKey(join(folder, digestKeyFile), await readKey(join(folder, digestKeyFile)));
  return {
    folder: await realpath(folder),
    keyedDigest: (value) => createHmac("sha256", digestKey).update(canonical(value)).digest("base64url"),
    verifierKey: (origin) => ledgerKey.verifierKey(origin),
    signLedger: (text) => ledgerKey.sign(text),
    next: () => next,
    takeNext() {
      if (next === null) return;
      ledgerKey = next;
      next = null;
      taken = true;
    },
    async adopt() {
      if (!taken) return;
      // One step: there is the old key or the new one, and the ledger says which.
      await rename(join(folder, nextKeyFile), join(folder, ledgerKeyFile));
      await syncFolder(folder);
      taken = false;
    },
  };
}

/** Makes the key that takes over at the gateway's next start, and returns it. Throws CountersignError `configuration` where one waits already. */
export async function makeNextKey(folder: string): Promise<LedgerKey> {
  const found = await stat(folder).catch(() => null);
  if (found === null || (await readKeyIfPresent(join(folder, ledgerKeyFile))) === null)
    throw new CountersignError(
      "configuration",
      `There are no keys in ${folder} yet: the gateway's first start makes them.`,
    );
  refuseLoose(folder, "folder", found);
  const path = join(folder, nextKeyFile);
  if ((await readKeyIfPresent(path)) !== null)
    throw new CountersignError(
      "configuration",
      `A key waits already in ${path}: restart the gateway, and it takes over.`,
    );
  const { privateKey } = generateKeyPairSync("ed25519");
  await createOnce(folder, nextKeyFile, privateKey.export({ type: "pkcs8", format: "pem" }));
  return ledgerKeyOf(path, await readKey(path));
}

function ledgerKeyOf(path: string, content: Buffer): LedgerKey {
  const key = parseLedgerKey(path, content);
  // The last 32 bytes of an Ed25519 SubjectPublicKeyInfo are the key itself (RFC 8410, section 4).
  const publicKey = createPublicKey(key).export({ type: "spki", format: "der" }).subarray(-32);
  return {
    verifierKey: (origin) => verifierKeyText(origin, publicKey),
    sign: (text) => sign(null, text, key),
  };
}

/** C2SP signed-note, "Verifier keys": the hash covers name, newline, the algorithm's byte (1: Ed25519) and the key. */
function verifierKeyText(origin: string, publicKey: Uint8Array): string {
  if (!/^[^+\s]+$/.test(origin)) {
    throw new CountersignError("configuration", "A ledger's origin has no white space and no plus sign.");
  }
  const key = Buffer.concat([Buffer.of(1), publicKey]);
  const keyHash = hash("sha256", Buffer.concat([Buffer.from(`${origin}\n`), key]), "hex").slice(0, 8);
  return `${origin}+${keyHash}+${key.toString("base64")}`;
}

function parseLedgerKey(path: string, content: Buffer): KeyObject {
  let key: KeyObject | null = null;
  try {
    key = createPrivateKey(content);
  } catch {
    // The parser's words could quote the key; the refusal below says enough.
  }
  if (key?.asymmetricKeyType === "ed25519") return key;
  throw new CountersignError("configuration", `${path} is not an Ed25519 private key (PKCS#8 PEM).`);
}

function parseDigestKey(path: string, content: Buffer): Buffer {
  const key = Buffer.from(content.toString("latin1"), "base64");
  if (key.length === 32 && content.toString("latin1").trim() === key.toString("base64")) return key;
  throw new CountersignError("configuration", `${path} doesn't hold 32 bytes in base64.`);
}
