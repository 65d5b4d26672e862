import { open, readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** Where any of these texts stands: in the writable memory or environment of a process (Linux), or in files. */
export async function whereIn(pid: number, paths: readonly string[], texts: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  const note = (where: string, bytes: Buffer): void => {
    for (const text of texts) {
      for (const encoding of ["utf8", "utf16le"] as const) {
        if (bytes.includes(Buffer.from(text, encoding))) found.push(where);
      }
    }
  };
  if (process.platform === "linux") {
    note("environment", await readFile(`/proc/${pid}/environ`));
    for (const region of await memoryOf(pid)) note("memory", region);
  }
  for (const path of paths) for (const file of await filesIn(path)) note(file, await readFile(file));
  return found;
}

async function filesIn(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function memoryOf(pid: number): Promise<Buffer[]> {
  const maps = await readFile(`/proc/${pid}/maps`, "utf8");
  const memory = await open(`/proc/${pid}/mem`);
  const regions: Buffer[] = [];
  try {
    for (const [, from = "", to = ""] of maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw/gm)) {
      const start = Number.parseInt(from, 16);
      const length = Number.parseInt(to, 16) - start;
      if (length > 256 * 1024 * 1024 || !Number.isSafeInteger(start)) continue;
      const region = Buffer.alloc(length);
      // A region may have gone since.
      const read = await memory.read(region, 0, length, start).catch(() => null);
      if (read !== null) regions.push(region.subarray(0, read.bytesRead));
    }
  } finally {
    await memory.close();
  }
  return regions;
}
