import { execFile } from "node:child_process";
import { readdir, readFile, readlink } from "node:fs/promises";
import { basename, join } from "node:path";

export interface PortOwner {
  readonly name: string;
  readonly pid: number;
}

/** Which process listens on a TCP port of this machine, or null where the system doesn't tell (another user's, mostly). */
export async function portOwner(port: number): Promise<PortOwner | null> {
  if (process.platform === "darwin")
    return ownerByLsof(await said("/usr/sbin/lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"]));
  if (process.platform !== "win32") return await ownerByProc(port);
  const system = join(process.env["SystemRoot"] ?? "C:\\Windows", "System32");
  const pid = pidByNetstat(await said(join(system, "netstat.exe"), ["-ano", "-p", "TCP"]), port);
  if (pid === null) return null;
  return ownerByTasklist(await said(join(system, "tasklist.exe"), ["/FI", `PID eq ${pid}`, "/FO", "CSV", "/NH"]), pid);
}

/** Out of `lsof -F pc`: a line each for the process and its command. */
export function ownerByLsof(text: string): PortOwner | null {
  const [, pid] = /^p(\d+)$/m.exec(text) ?? [];
  const [, name] = /^c(.+)$/m.exec(text) ?? [];
  return pid === undefined || name === undefined ? null : { name, pid: Number(pid) };
}

/** Out of `netstat -ano`, whose words are in the system's language: whoever has this port here and nobody there listens. */
export function pidByNetstat(text: string, port: number): number | null {
  for (const line of text.split(/\r?\n/)) {
    const [protocol, local = "", remote = "", , pid = ""] = line.trim().split(/\s+/);
    if (protocol === "TCP" && local.endsWith(`:${port}`) && remote.endsWith(":0") && /^\d+$/.test(pid))
      return Number(pid);
  }
  return null;
}

/** Out of `tasklist /FO CSV /NH`. */
export function ownerByTasklist(text: string, pid: number): PortOwner | null {
  const [, name] = /^"([^"]+)","\d+"/m.exec(text) ?? [];
  return name === undefined ? null : { name, pid };
}

/** What a program of the system says, or nothing. */
function said(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: 3_000, windowsHide: true }, (_error, text) => resolve(text));
  });
}

async function ownerByProc(port: number): Promise<PortOwner | null> {
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
