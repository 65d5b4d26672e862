import { constants } from "node:fs";
import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { CountersignError } from "../shared/errors.ts";

/** Replaces a file in one step (0600), durably: a crash leaves the old text or the new one. */
export async function writePrivate(path: string, text: string): Promise<void> {
  const beside = join(dirname(path), `.${crypto.randomUUID()}.new`);
  try {
    const file = await open(beside, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
    await syncFolder(dirname(path));
  } catch (error) {
    // On a full disk each try would leave one, and none of them goes by itself.
    await rm(beside, { force: true });
    throw error;
  }
}

/** A rename is durable once its folder is; Windows has no such thing. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A private file's text, or null where there is none. Throws `configuration` for one that another user made or may write, and for a link. */
export async function readText(path: string): Promise<string | null> {
  const file = await openOwn(path);
  if (file === null) return null;
  try {
    await refuseForeign(file, path);
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}

async function openOwn(path: string): Promise<FileHandle | null> {
  try {
    // Windows has no O_NOFOLLOW. Without O_NONBLOCK a planted pipe would keep us waiting for ever.
    return await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : null;
    if (code === "ENOENT") return null;
    if (code !== "ELOOP") throw cause;
    throw new CountersignError("configuration", `${path} is a link: put the file itself there.`, { cause });
  }
}

/** A folder that was open to others before it became private may hold what they planted: another gateway, a client's token of theirs. */
async function refuseForeign(file: FileHandle, path: string): Promise<void> {
  const found = await file.stat();
  if (!found.isFile()) throw new CountersignError("configuration", `${path} is not a file: remove it.`);
  if (process.getuid === undefined) return;
  if (found.uid !== process.getuid())
    throw new CountersignError("configuration", `${path} belongs to another user: look who made it, then remove it.`);
  if ((found.mode & 0o022) !== 0)
    throw new CountersignError("configuration", `Others may write ${path}: look what it says, then \`chmod 600\` it.`);
}

/** A JSON file of this shape, or null where there is none. A damaged one throws `configuration`. */
export async function readJson<T>(path: string, shape: z.ZodType<T>): Promise<T | null> {
  const text = await readText(path);
  if (text === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CountersignError("configuration", `${path} is not JSON: repair it or remove it.`, { cause });
  }
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new CountersignError("configuration", `${path}: ${z.prettifyError(parsed.error)}. Repair it or remove it.`);
}
