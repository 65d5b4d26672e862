import { createHash, randomBytes } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { unwritten } from "../store/room.ts";
import { partsOf } from "../long-parts.ts";
import { newSalt } from "./salt.ts";

/** Where the long bodies of entries are within the data folder, each in a file named by its leaf's digest (docs/ledger.md). */
const bodiesFolder = "bodies";

/** A body that stands in a file: what its leaf and its row need of it. */
export interface BodyFile {
  /** As the leaf has it: base64url SHA-256 over salt and body. */
  readonly digest: string;
  readonly salt: Buffer;
}

/** How many bytes are written together. */
const partBytes = 512 * 1024;
/** So much at most waits for the disk: a commit of others, which syncs its own file, would wait for all of it. */
const syncBytes = 4 * 1024 * 1024;

/**
 * Writes a body to its file; once it resolves, the file is durable. The writing itself is the thread pool's. Throws CountersignError
 * `store_failed` or `disk_full`, and leaves nothing.
 */
export async function writeBody(folder: string, pieces: Iterable<string>): Promise<BodyFile> {
  const place = join(folder, bodiesFolder);
  const unnamed = join(place, `${randomBytes(12).toString("hex")}${unfinished}`);
  const salt = newSalt();
  const hash = createHash("sha256").update(salt);
  try {
    mkdirSync(place, { recursive: true, mode: 0o700 });
    const file = await open(unnamed, "wx", 0o600);
    try {
      let unsynced = 0;
      const next = partsOf(pieces, partBytes);
      for (let part = await next(); part !== null; part = await next()) {
        for (const buffer of part) hash.update(buffer);
        await file.writev(part);
        unsynced += partBytes;
        if (unsynced < syncBytes) continue;
        await file.datasync();
        unsynced = 0;
      }
      await file.datasync();
    } finally {
      await file.close();
    }
    const digest = hash.digest("base64url");
    await rename(unnamed, join(place, digest));
    await syncFolder(place);
    return { digest, salt };
  } catch (cause) {
    await rm(unnamed, { force: true }).catch(() => undefined); // swept at the next start
    throw unwritten(folder, "A long entry of the ledger can't be written.", cause);
  }
}

/** Where the body of this digest stands, if in a file; null for what is no digest: whoever wrote a leaf may have written anything. */
export function bodyFile(folder: string, digest: string): string | null {
  return /^[\w-]{43}$/.test(digest) ? join(folder, bodiesFolder, digest) : null;
}

/** The body of this digest as text, or null where there is no such file. */
export async function readBody(folder: string, digest: string): Promise<string | null> {
  const path = bodyFile(folder, digest);
  if (path === null) return null;
  let text = "";
  try {
    for await (const part of createReadStream(path, { encoding: "utf8", highWaterMark: partBytes }))
      text += String(part);
    return text;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/** base64url SHA-256 over the salt (hex) and the body of this digest, or null where there is no such file: whatever its length, a part of it is in memory. */
export async function fileDigestOf(folder: string, digest: string, salt: string): Promise<string | null> {
  const path = bodyFile(folder, digest);
  if (path === null) return null;
  const hash = createHash("sha256").update(salt, "hex");
  try {
    for await (const part of createReadStream(path, { highWaterMark: partBytes }) as AsyncIterable<Buffer>)
      hash.update(part);
    return hash.digest("base64url");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/** Deletes what a crash left: files that no entry came to name. */
export function sweepBodies(folder: string, isNamed: (digest: string) => boolean): void {
  const place = join(folder, bodiesFolder);
  if (!existsSync(place)) return;
  for (const name of readdirSync(place)) {
    const isOurs = name.endsWith(unfinished) || bodyFile(folder, name) !== null;
    if (isOurs && !isNamed(name)) rmSync(join(place, name));
  }
}

const unfinished = ".part";

/** A new name is durable once its folder is. Windows has no such thing, and does it by itself. */
async function syncFolder(place: string): Promise<void> {
  if (process.platform === "win32") return;
  let folder: FileHandle | undefined;
  try {
    folder = await open(place, "r");
    await folder.sync();
  } finally {
    await folder?.close();
  }
}
