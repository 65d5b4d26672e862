import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The folder with the console's pages, built first where it is missing or older than its sources (`npm ci` builds nothing). */
export async function consolePages(): Promise<string> {
  const pages = at("../../dist/renderer");
  const builtAtMs = await changedAtMs(join(pages, "index.html"));
  const sources = await Promise.all([newestIn(at("../renderer")), newestIn(at("../shared"))]);
  if (builtAtMs === null || builtAtMs < Math.max(...sources)) {
    // Loaded only where there is something to build: it takes longer than most of the start.
    const { build } = await import("vite");
    await build({ configFile: at("../renderer/vite.config.ts"), logLevel: "error" });
  }
  return pages;
}

async function newestIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const times = entries
    .filter((entry) => entry.isFile())
    .map((entry) => changedAtMs(join(entry.parentPath, entry.name)));
  return Math.max(0, ...(await Promise.all(times)).map((time) => time ?? 0));
}

async function changedAtMs(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null);
  return found?.mtimeMs ?? null;
}
