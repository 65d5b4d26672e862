import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { GatewayProcess } from "./gateway-process.ts";

/** A disk of a gateway's process that a test fills and gives room again while it runs. */
export interface SmallDisk {
  /** The data folder, as others than the gateway reach it. */
  readonly data: string;
  /** From here on nothing more can be written. */
  fill(): void;
  free(): void;
}

/** What stands for a full disk, without root and without a disk of one's own. */
export interface DiskKind {
  readonly name: string;
  /** Whether this machine has it. */
  readonly isHere: boolean;
  /** What the gateway is started through: `DATA` is replaced by its data folder. */
  readonly through: readonly string[];
  of(gateway: GatewayProcess): SmallDisk;
}

const shell = ["/usr/bin/unshare", "--user", "--map-root-user", "--mount", "sh", "-c"];
const mounted = `mount -t tmpfs -o size=12m tmpfs "$0" && exec "$@"`;

/** A file system of 12 MB within a mount namespace of the process's own: writes beyond it fail with ENOSPC, as on a disk. Not every container allows it. */
const ownFileSystem: DiskKind = {
  name: "file system that has no room (ENOSPC)",
  isHere: spawnSync("/usr/bin/unshare", [...shell.slice(1), `mount -t tmpfs tmpfs /mnt`]).status === 0,
  through: [...shell, mounted, "DATA"],
  of({ child, folder }) {
    const data = join(`/proc/${child.pid}/root`, folder, "data");
    const filler = join(data, "filler");
    return {
      data,
      fill: () => writeWhatFits(filler),
      free: () => rmSync(filler),
    };
  },
};

/** A limit of the size of files, at nothing: each write of the process to any file fails, with EFBIG. The kernel's other word for a file that may not grow. */
const fileLimit: DiskKind = {
  name: "limit that lets no file grow (EFBIG)",
  isHere: process.platform === "linux",
  through: [],
  of({ child, folder }) {
    const limit = (bytes: string): void =>
      void execFileSync("/usr/bin/prlimit", [`--pid=${child.pid}`, `--fsize=${bytes}:`]);
    return { data: join(folder, "data"), fill: () => limit("0"), free: () => limit("unlimited") };
  },
};

export const diskKinds: readonly DiskKind[] = [ownFileSystem, fileLimit];

function writeWhatFits(path: string): void {
  const file = openSync(path, "w");
  let bytes = 0;
  try {
    for (let part = 1 << 20; part >= 1;) {
      try {
        bytes += writeSync(file, Buffer.alloc(part), 0, part, bytes);
      } catch {
        part = Math.floor(part / 2);
      }
    }
  } finally {
    closeSync(file);
  }
}
