import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { CountersignError } from "../shared/errors.ts";

/** A file of the built console, read once: what isn't in the folder at the start can't be asked for. */
export interface Page {
  readonly type: string;
  readonly bytes: Buffer;
}

/** Every file below the folder by its exact path, `/` being index.html. Throws `configuration` where there is no index.html. */
export async function readPages(folder: string): Promise<ReadonlyMap<string, Page>> {
  const pages = new Map<string, Page>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries.filter((found) => found.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const type = types[extname(entry.name)] ?? "application/octet-stream";
    pages.set(`/${relative(folder, path).split(sep).join("/")}`, { type, bytes: await readFile(path) });
  }
  const index = pages.get("/index.html");
  if (index === undefined)
    throw new CountersignError("configuration", `${folder} holds no built console: run \`npm run build\`.`);
  return pages.set("/", index);
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".json": "application/json",
};
