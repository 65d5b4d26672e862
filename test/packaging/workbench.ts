import { spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath, pathToFileURL } from "node:url";
import { z } from "zod";

const root = fileURLToPath(new URL("../../", import.meta.url));
const require = createRequire(import.meta.url);
const electronVersion = z.object({ version: z.string() }).parse(require("electron/package.json")).version;

/** A distribution as Electron's archive unpacks on Linux. */
export async function makeDist(
  scratch: string,
  name: string,
  executable: string,
  version = electronVersion,
): Promise<string> {
  const folder = join(scratch, name);
  await mkdir(join(folder, "locales"), { recursive: true });
  await mkdir(join(folder, "resources"));
  const files = {
    electron: executable,
    version,
    LICENSE: "Electron's",
    "LICENSES.chromium.html": "Chromium's",
    "icudtl.dat": "data",
    "locales/en-US.pak": "English",
    "locales/de.pak": "German",
  };
  for (const [file, content] of Object.entries(files)) await writeFile(join(folder, file), content, "latin1");
  await chmod(join(folder, "electron"), 0o755);
  return folder;
}

/** How a process ended, and what it wrote. */
export interface Run {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Packages with every way to the network closed; `network` names what was tried. */
export async function packageFolder(scratch: string, dist: string, output: string): Promise<OfflineRun> {
  const script = join(root, "packaging/application-folder.ts");
  return runOffline(scratch, [script, "--electron-dist", dist, "--output", join(scratch, output)]);
}

/** How a process ended that could reach nothing, and what it tried to reach: a line each, empty for nothing. */
interface OfflineRun extends Run {
  readonly network: string;
}

/** A Node process, and all that it starts, without the network. */
export async function runOffline(scratch: string, args: readonly string[]): Promise<OfflineRun> {
  const folder = await mkdtemp(join(scratch, "offline-"));
  const [hook, tried] = [join(folder, "hook.mjs"), join(folder, "tried")];
  await writeFile(hook, offline);
  await writeFile(tried, "");
  const run = await runNode(args, {
    ...process.env,
    NODE_OPTIONS: `--import ${pathToFileURL(hook).href}`,
    NETWORK_TRIED: tried,
  });
  return { ...run, network: await readFile(tried, "utf8") };
}

/** A Node process with these arguments, to its end. */
export async function runNode(args: readonly string[], env = process.env): Promise<Run> {
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const [output, errors, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { status, output, errors };
}

/** An archive of an app, unpacked: where, and its files by path. */
export interface Archive {
  readonly folder: string;
  readonly files: readonly string[];
}

/** Unpacks an archive with the library that made it. */
export async function extract(path: string, folder: string): Promise<Archive> {
  const builder = createRequire(require.resolve("electron-builder"));
  const asar = createRequire(builder.resolve("app-builder-lib"))("@electron/asar") as {
    extractAll(archive: string, folder: string): void;
  };
  asar.extractAll(path, folder);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  return { folder, files };
}

/** For every Node process of a run, npm's too: a connection or a look-up fails, and is written down. */
const offline = `
import net from "node:net";
import dns from "node:dns";
import { appendFileSync } from "node:fs";
const refuse = (what) => (...args) => {
  appendFileSync(process.env.NETWORK_TRIED, what + " " + JSON.stringify(args[0]) + "\\n");
  throw new Error("offline");
};
net.Socket.prototype.connect = refuse("connect");
dns.lookup = refuse("look-up");
`;

/** Electron, for a probe that only asks whether all modules are there: the names that main imports, without effect. */
export function electronFromNowhere(names: readonly string[]): string {
  const source = ["export default {};", ...names.map((name) => `export const ${name} = {};`)].join(" ");
  return `
import { registerHooks } from "node:module";
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "electron" ? { url: "nowhere:electron", format: "module", shortCircuit: true } : next(specifier, context),
  load: (url, context, next) =>
    url === "nowhere:electron" ? { format: "module", source: ${JSON.stringify(source)}, shortCircuit: true } : next(url, context),
});`;
}
