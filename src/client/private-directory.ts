import { chmod, lstat, mkdir } from "node:fs/promises";
import { CountersignError } from "../shared/errors.ts";

/** Makes the folder, or takes an existing one, for its owner alone (0700). Throws `configuration` where it is a link or somebody else's. */
export async function privateDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await refuseForeignDirectory(path);
  if (process.platform !== "win32") await chmod(path, 0o700);
}

/** A folder made by another user, or a link to one, would let them read or swap what lies in it. */
export async function refuseForeignDirectory(path: string): Promise<void> {
  const found = await lstat(path);
  if (!found.isDirectory()) throw new CountersignError("configuration", `${path} is not a folder: choose another.`);
  if (process.getuid !== undefined && found.uid !== process.getuid())
    throw new CountersignError("configuration", `${path} belongs to another user: choose another folder.`);
}
