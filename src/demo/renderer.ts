import { readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The folder with the console's pages, built first where it is missing or older than its sources (`npm ci` builds nothing). */
export async function consolePages(): Promise<string> {
  const pages = at("../../dist/renderer");
  const builtAtMs = await changedAtMs(join(pages, "index.html"));
  const sources = await Promise.all([newestIn(at("../renderer")), newestIn(at("../shared"))]);
  if (builtAtMs === null || builtAtMs < Math.max(...sources)) await build(pages);
  return pages;
}

/** Builds beside the old pages and swaps: another demo may be reading them, or building them too. */
async function build(pages: string): Promise<void> {
  // Loaded only where there is something to build: it takes longer than most of the start.
  const vite = await import("vite");
  const [fresh, old] = [`${pages}.${process.pid}.new`, `${pages}.${process.pid}.old`];
  await vite.build({ configFile: at("../renderer/vite.config.ts"), logLevel: "error", build: { outDir: fresh } });
  await rename(pages, old).catch(() => undefined);
  // Where this fails, somebody else's pages are there: as good as ours.
  await rename(fresh, pages).catch(() => undefined);
  await Promise.all([fresh, old].map((folder) => rm(folder, { recursive: true, force: true })));
}

async function newestIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Math.max(0, ...(await Promise.all(files.map(changedAtMs))).map((time) => time ?? 0));
}

async function changedAtMs(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null);
  return found?.mtimeMs ?? null;
}
