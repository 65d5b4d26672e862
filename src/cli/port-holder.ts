import { readdir, readFile, readlink } from "node:fs/promises";

/**
 * The process that listens on this TCP port, `node (4711)`, or null where it can't be known: another system than
 * Linux, or another user's process. Source: /proc/net/tcp and /proc/PID/fd (proc(5)).
 */
export async function portHolder(port: number): Promise<string | null> {
  try {
    const inodes = await listeningInodes(port);
    if (inodes.size === 0) return null;
    for (const pid of await readdir("/proc")) {
      if (/^\d+$/.test(pid) && (await holdsOne(pid, inodes))) return `${await commandOf(pid)} (process ${pid})`;
    }
    return null;
  } catch {
    return null; // A courtesy: that the port is taken is said anyhow.
  }
}

/** State `0A` is TCP_LISTEN; the address column is `HEX-ADDRESS:HEX-PORT`, the tenth is the socket's inode. */
async function listeningInodes(port: number): Promise<ReadonlySet<string>> {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const found = new Set<string>();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    const rows = (await readFile(table, "utf8")).split("\n").slice(1);
    for (const row of rows) {
      const columns = row.trim().split(/\s+/);
      if (columns[1]?.endsWith(wanted) === true && columns[3] === "0A") found.add(columns[9] ?? "");
    }
  }
  return found;
}

async function holdsOne(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
  for (const descriptor of descriptors) {
    const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => "");
    if (target.startsWith("socket:[") && inodes.has(target.slice("socket:[".length, -1))) return true;
  }
  return false;
}

async function commandOf(pid: string): Promise<string> {
  return (await readFile(`/proc/${pid}/comm`, "utf8")).trim();
}
