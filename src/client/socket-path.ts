import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** The sockets of a profile's owner: for commands of the terminal, and for MCP clients that speak stdio. */
type SocketName = "control" | "stdio";

/** Where a profile's socket is (a named pipe on Windows), and the folder that has to be this user's alone, or null. */
export function socketPlace(
  directory: string,
  name: SocketName,
): { readonly path: string; readonly folder: string | null } {
  const whole = resolve(directory);
  const key = createHash("sha256").update(whole).digest("hex").slice(0, 16);
  // Node makes pipes that this user and administrators alone may open for writing.
  if (process.platform === "win32")
    return { path: `\\\\.\\pipe\\countersign-${key}${name === "control" ? "" : `-${name}`}`, folder: null };
  const file = `${name}.sock`;
  // sun_path holds 104 bytes on macOS, 108 on Linux (unix(7)).
  const folder = Buffer.byteLength(join(whole, file)) <= 100 ? whole : join(tmpdir(), `countersign-${key}`);
  return { path: join(folder, file), folder };
}
