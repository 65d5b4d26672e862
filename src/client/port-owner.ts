import { readdir, readFile, readlink } from "node:fs/promises";
import { basename } from "node:path";

/** Which process listens on a TCP port of this machine, or null where that can't be known (not Linux, or another user's). */
export async function portOwner(port: number): Promise<{ readonly name: string; readonly pid: number } | null> {
  const inodes = new Set([...(await listening("/proc/net/tcp", port)), ...(await listening("/proc/net/tcp6", port))]);
  if (inodes.size === 0) return null;
  for (const pid of (await list("/proc")).filter((name) => /^\d+$/.test(name))) {
    for (const descriptor of await list(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(await link(`/proc/${pid}/fd/${descriptor}`))?.[1];
      if (inode !== undefined && inodes.has(inode)) return { name: await programOf(pid), pid: Number(pid) };
    }
  }
  return null;
}

/** As a person knows it: the program, and the script where a runtime runs one. A runtime's `comm` names a thread of its own. */
async function programOf(pid: string): Promise<string> {
  const [program = "", script = ""] = (await text(`/proc/${pid}/cmdline`)).split("\0");
  const named = /^[^-].*\.[cm]?[jt]s$|\.py$/.test(script)
    ? `${basename(program)} ${basename(script)}`
    : basename(program);
  return named === "" ? (await text(`/proc/${pid}/comm`)).trim() : named;
}

/** Inodes of the sockets that listen on a port: proc(5), `st` 0A being LISTEN. */
async function listening(table: string, port: number): Promise<string[]> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const rows = (await text(table)).split("\n").map((row) => row.trim().split(/\s+/));
  return rows.flatMap((row) => (row[1]?.endsWith(suffix) && row[3] === "0A" && row[9] !== undefined ? [row[9]] : []));
}

// What can't be read (another user's process, one that just ended) is unknown, which is an answer here.
const text = (path: string): Promise<string> => readFile(path, "utf8").catch(() => "");
const link = (path: string): Promise<string> => readlink(path).catch(() => "");
const list = (path: string): Promise<string[]> => readdir(path).catch(() => []);
