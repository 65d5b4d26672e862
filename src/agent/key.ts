import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { CountersignError } from "../shared/errors.ts";

/** The agent's own Ed25519 key: it proves who dials in, and never leaves this machine. */
export interface AgentKey {
  readonly privateKey: KeyObject;
  /** base64url of its 32 bytes, as gateway.yaml names it. */
  readonly publicKey: string;
}

/** The key in this file. Throws CountersignError `configuration` where it is missing, open to others, or no Ed25519 key (PKCS#8 PEM). */
export async function loadAgentKey(path: string): Promise<AgentKey> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((cause: unknown) => {
    const message = `The key file ${path} can't be opened: make it with countersign agent --config FILE --enrol.`;
    throw new CountersignError("configuration", message, { cause });
  });
  try {
    const { mode, uid } = await file.stat();
    // Windows keeps access in ACLs; its mode bits say nothing.
    if (process.platform !== "win32" && (uid !== process.geteuid?.() || (mode & 0o077) !== 0)) {
      const message = `Others than the agent's user can reach ${path}. Make it the agent's own: chown it, and chmod 600.`;
      throw new CountersignError("configuration", message);
    }
    return parse(path, await file.readFile());
  } finally {
    await file.close();
  }
}

/** Makes a key in this file, or takes the one that is there: enrolling twice changes nothing. Throws as `loadAgentKey` does. */
export async function enrolAgentKey(path: string): Promise<AgentKey> {
  const file = await open(path, "wx", 0o600).catch((cause: unknown) => {
    if (cause instanceof Error && "code" in cause && cause.code === "EEXIST") return null;
    throw new CountersignError("configuration", `The key file ${path} can't be made: make its folder first.`, {
      cause,
    });
  });
  if (file !== null) {
    try {
      await file.writeFile(generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }));
      await file.sync();
    } finally {
      await file.close();
    }
  }
  return loadAgentKey(path);
}

function parse(path: string, content: Buffer): AgentKey {
  let privateKey: KeyObject | null = null;
  try {
    privateKey = createPrivateKey(content);
  } catch {
    // The parser's words could quote the key; the refusal below says enough.
  }
  if (privateKey?.asymmetricKeyType !== "ed25519")
    throw new CountersignError("configuration", `${path} is not an Ed25519 private key (PKCS#8 PEM).`);
  // The last 32 bytes of an Ed25519 SubjectPublicKeyInfo are the key itself (RFC 8410, section 4).
  const spki = createPublicKey(privateKey).export({ type: "spki", format: "der" });
  return { privateKey, publicKey: spki.subarray(-32).toString("base64url") };
}
