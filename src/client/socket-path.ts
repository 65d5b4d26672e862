import { createHash, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** The sockets of a profile's owner: for commands of the terminal, and for MCP clients that speak stdio. */
type SocketName = "control" | "stdio";

/** Where a profile's owner keeps the name of its pipes on Windows. */
export const pipeFile = "pipe.name";

/** Where a profile's socket is (a named pipe on Windows), and the folder that has to be this user's alone, or null. */
export function socketPlace(
  directory: string,
  name: SocketName,
  platform: NodeJS.Platform = process.platform,
): { readonly path: string; readonly folder: string | null } {
  const whole = resolve(directory);
  if (platform === "win32") return { path: `\\\\.\\pipe\\countersign-${pipeName(whole)}-${name}`, folder: null };
  const file = `${name}.sock`;
  // sun_path holds 104 bytes on macOS, 108 on Linux (unix(7)).
  if (Buffer.byteLength(join(whole, file)) <= 100) return { path: join(whole, file), folder: whole };
  const folder = join(tmpdir(), `countersign-${createHash("sha256").update(whole).digest("hex").slice(0, 16)}`);
  return { path: join(folder, file), folder };
}

/**
 * Windows lets any user of the machine make a pipe of any name, and list those there are: who took ours first would be told what is meant for
 * the owner. So each owner has a name that nobody can foresee, in the profile's folder, which is this user's alone. Where there is none, one
 * at which nobody can listen.
 */
function pipeName(directory: string): string {
  try {
    const name = readFileSync(join(directory, pipeFile), "utf8");
    if (/^[\w-]{32}$/.test(name)) return name;
  } catch {
    // No owner runs, or none of today's versions.
  }
  return randomUUID();
}
