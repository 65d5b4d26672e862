import { randomBytes } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { link, open, unlink } from "node:fs/promises";
import { join } from "node:path";
import { CountersignError } from "../shared/errors.ts";

/** Writes a file whole under another name and links it into place, which fails where the name is taken. */
export async function createOnce(folder: string, name: string, content: string | Buffer): Promise<void> {
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
  await syncFolder(folder);
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const directory = await open(folder, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** The content of a key file. Throws CountersignError `configuration` where it is missing or others could read it. */
export async function readKey(path: string): Promise<Buffer> {
  const content = await readKeyIfPresent(path);
  if (content === null) {
    throw new CountersignError(
      "configuration",
      `The key file ${path} is missing while the other key is there. Restore it from a backup.`,
    );
  }
  return content;
}

/** The same, or null where there is no such file. */
export async function readKeyIfPresent(path: string): Promise<Buffer | null> {
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

/** Throws CountersignError `configuration` for what isn't the gateway's own alone. */
export function refuseLoose(path: string, expected: "file" | "folder", found: Stats): void {
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

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
