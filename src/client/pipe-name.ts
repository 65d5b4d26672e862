import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { writePrivate } from "./private-file.ts";
import { pipeFile } from "./socket-path.ts";

/** Takes a new name for the pipes of this profile's owner, on Windows; the answer gives it back. Elsewhere there are sockets in folders. */
export async function takePipeName(
  directory: string,
  platform: NodeJS.Platform = process.platform,
): Promise<() => Promise<void>> {
  if (platform !== "win32") return async () => undefined;
  const path = join(directory, pipeFile);
  await writePrivate(path, randomBytes(24).toString("base64url"));
  return () => rm(path, { force: true });
}
