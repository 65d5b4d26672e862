import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { z } from "zod";
import { readJson, writePrivate } from "../private-file.ts";
import type { Vault } from "./vault.ts";

/** Makes a secret unreadable to whoever has the file alone. */
export interface Seal {
  /** `name`: what the secret is kept under; what was sealed under one opens under no other. */
  seal(name: string, secret: string): Promise<string>;
  /** Null where it can't be opened: by another key, or changed. */
  open(name: string, sealed: string): Promise<string | null>;
}

const shape = z.object({ v: z.literal(1), sealed: z.record(z.string(), z.string()) });

/** A vault in one private file (0600), each secret sealed by itself. What can't be opened any more counts as not kept. */
export function sealedFileVault(path: string, seal: Seal): Vault {
  let turn: Promise<unknown> = Promise.resolve();

  async function read(): Promise<Readonly<Record<string, string>>> {
    return (await readJson(path, shape))?.sealed ?? {};
  }

  async function write(name: string, sealed: string | null): Promise<void> {
    const others = Object.entries(await read()).filter(([each]) => each !== name);
    const all = Object.fromEntries(sealed === null ? others : [...others, [name, sealed]]);
    await writePrivate(path, `${JSON.stringify({ v: 1, sealed: all })}\n`);
  }

  /** One change after the other: each writes the whole file. */
  function change(name: string, sealed: string | null): Promise<void> {
    const done = turn.then(() => write(name, sealed));
    turn = done.catch(() => undefined);
    return done;
  }

  return {
    async get(key) {
      await turn;
      const sealed = await read();
      const found = Object.hasOwn(sealed, key) ? sealed[key] : undefined;
      return found === undefined ? null : await seal.open(key, found);
    },
    set: async (key, value) => change(key, await seal.seal(key, value)),
    delete: (key) => change(key, null),
  };
}

/** AES-256-GCM under a key of 32 bytes, a random nonce for each secret. */
export function keySeal(key: Buffer): Seal {
  return {
    async seal(name, secret) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(name));
      const sealed = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64");
    },
    async open(name, sealed) {
      const bytes = Buffer.from(sealed, "base64");
      if (bytes.length < nonceBytes + tagBytes) return null;
      try {
        const cipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes });
        cipher.setAAD(Buffer.from(name)).setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
        return Buffer.concat([cipher.update(bytes.subarray(nonceBytes + tagBytes)), cipher.final()]).toString("utf8");
      } catch {
        return null;
      }
    },
  };
}

const nonceBytes = 12;
const tagBytes = 16;
