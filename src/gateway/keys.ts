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
import { constants, type Stats } from "node:fs";
import { link, mkdir, open, realpath, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { CountersignError } from "../shared/errors.ts";
import { canonical, type Json } from "../shared/json.ts";

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
}

const ledgerKeyFile = "ledger-signing-key.pem";
const digestKeyFile = "digest-key";

/**
 * Loads the keys of this folder, or makes folder and keys at the first start. Throws CountersignError `configuration`
 * where others could read them or a file isn't what it should be.
 */
export async function loadKeys(folder: string): Promise<GatewayKeys> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  refuseLoose(folder, "folder", await stat(folder));
  // The digest key is made first: a signing key without one is a loss, never an interrupted first start.
  const signing = await readIfPresent(join(folder, ledgerKeyFile));
  if (signing === null) {
    await createOnce(folder, digestKeyFile, `${randomBytes(32).toString("base64")}\n`);
    const { privateKey } = generateKeyPairSync("ed25519");
    await createOnce(folder, ledgerKeyFile, privateKey.export({ type: "pkcs8", format: "pem" }));
  }
  const ledgerKey = parseLedgerKey(join(folder, ledgerKeyFile), signing ?? (await read(join(folder, ledgerKeyFile))));
  const digestKey = parseDigestKey(join(folder, digestKeyFile), await read(join(folder, digestKeyFile)));
  // The last 32 bytes of an Ed25519 SubjectPublicKeyInfo are the key itself (RFC 8410, section 4).
  const publicKey = createPublicKey(ledgerKey).export({ type: "spki", format: "der" }).subarray(-32);
  return {
    folder: await realpath(folder),
    keyedDigest: (value) => createHmac("sha256", digestKey).update(canonical(value)).digest("base64url"),
    verifierKey: (origin) => verifierKeyText(origin, publicKey),
    signLedger: (text) => sign(null, text, ledgerKey),
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

/** Writes a file whole under another name and links it into place, which fails where the name is taken. */
async function createOnce(folder: string, name: string, content: string | Buffer): Promise<void> {
  const temporary = join(folder, `.${name}.${process.pid}.${randomBytes(6).toString("hex")}`);
  const file = await open(temporary, "wx", 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
    await link(temporary, join(folder, name)).catch((error: unknown) => {
      // Another first start was quicker, or the last one was interrupted: its key counts.
      if (!hasCode(error, "EEXIST")) throw error;
    });
  } finally {
    await file.close();
    await unlink(temporary);
  }
  const directory = await open(folder, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function read(path: string): Promise<Buffer> {
  const content = await readIfPresent(path);
  if (content === null) {
    throw new CountersignError(
      "configuration",
      `The key file ${path} is missing while the other key is there. Restore it from a backup.`,
    );
  }
  return content;
}

async function readIfPresent(path: string): Promise<Buffer | null> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: unknown) => {
    if (hasCode(error, "ENOENT")) return null;
    throw new CountersignError("configuration", `The key file ${path} can't be opened.`, { cause: error });
  });
  if (file === null) return null;
  try {
    refuseLoose(path, "file", await file.stat());
    return await file.readFile();
  } finally {
    await file.close();
  }
}

function refuseLoose(path: string, expected: "file" | "folder", found: Stats): void {
  if (expected === "folder" ? !found.isDirectory() : !found.isFile()) {
    throw new CountersignError("configuration", `${path} is not a ${expected}, so no keys can be kept there.`);
  }
  // Windows keeps access in ACLs; its mode bits say nothing.
  if (process.platform === "win32") return;
  if (found.uid !== process.geteuid?.() || (found.mode & 0o077) !== 0) {
    const mode = expected === "folder" ? "700" : "600";
    throw new CountersignError(
      "configuration",
      `Others than the gateway's user can reach ${path}. Make it the gateway's own: chown it, and chmod ${mode}.`,
    );
  }
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

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
