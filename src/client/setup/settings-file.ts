import { createHash } from "node:crypto";
import { lstat, mkdir, open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CountersignError } from "../../shared/errors.ts";
import type { SetupProblem } from "../../shared/setup.ts";
import { syncFolder } from "../private-file.ts";

/** A client's settings as they lie on the disk. `path`: behind all links, where it is written. `mode`: permission bits. */
export type SettingsFile =
  | { readonly state: "absent"; readonly path: string }
  | {
      readonly state: "there";
      readonly path: string;
      readonly text: string;
      readonly mode: number;
      readonly seen: string;
    }
  | { readonly state: "broken"; readonly problem: SetupProblem };

/** Reads a settings file whole; what is no text of this user's, or longer than `mostBytes`, is broken, and stays untouched. */
export async function readSettings(file: string, mostBytes: number): Promise<SettingsFile> {
  const path = await realpath(file).catch(() => null);
  if (path === null) {
    const dangling = await lstat(file).then(
      () => true,
      () => false,
    );
    return dangling ? broken("It is a link to nothing: remove the link.") : { state: "absent", path: file };
  }
  const found = await stat(path);
  if (!found.isFile()) return broken("It is not a file.");
  if (process.getuid !== undefined && found.uid !== process.getuid()) return broken("It belongs to another user.");
  if (found.size > mostBytes)
    return broken(
      `It is larger than ${mostBytes / 1024 / 1024} MB: make it smaller, or add the entry by hand (\`countersign clients add\`).`,
    );
  const bytes = await readFile(path);
  const text = decoded(bytes);
  if (text === null) return broken("It is not UTF-8: save it as UTF-8.");
  return { state: "there", path, text, mode: found.mode & 0o777, seen: digest(bytes) };
}

/**
 * Puts a text in the file's place in one step, durably: whenever this ends, the file has the old text or the new one. Throws
 * `digest_mismatch` where it is no more what was read (`seen`).
 */
export async function writeSettings(path: string, text: string, mode: number, seen: string | null): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const beside = join(dirname(path), `.${basename(path)}.countersign-new`);
  // One that a killed process left.
  await rm(beside, { force: true });
  try {
    const file = await open(beside, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    await refuseChanged(path, seen);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Takes the file away, where it is still what was read. */
export async function deleteSettings(path: string, seen: string | null): Promise<void> {
  await refuseChanged(path, seen);
  await rm(path, { force: true });
  await syncFolder(dirname(path));
}

/** SHA-256 in hex. */
export function digest(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

async function refuseChanged(path: string, seen: string | null): Promise<void> {
  const now = await readFile(path).catch(() => null);
  if ((now === null ? null : digest(now)) === seen) return;
  throw new CountersignError("digest_mismatch", "The file was changed just now: look at it again.");
}

function decoded(bytes: Buffer): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function broken(message: string): SettingsFile {
  return { state: "broken", problem: { line: null, column: null, message } };
}
