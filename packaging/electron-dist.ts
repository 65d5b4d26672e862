import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { z } from "zod";
import { hasFuseWire } from "./fuse-wire.ts";

/** An unpacked Electron distribution for this platform, as Electron's own archive holds it. */
export interface ElectronDist {
  readonly folder: string;
  /** False for a folder made for a test: its executable has no fuses to set. */
  readonly hasFuses: boolean;
}

/** Where the fuse wire lies within a distribution, by platform. */
const fuseFiles: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: "electron",
  win32: "electron.exe",
  darwin: "Electron.app/Contents/Frameworks/Electron Framework.framework/Electron Framework",
};

/** Looks at a given distribution; an Error says what is missing, or that it is of another version than the one this project is built for. */
export async function readElectronDist(folder: string): Promise<ElectronDist> {
  const file = fuseFiles[process.platform];
  if (file === undefined) throw new Error(`There is no Electron for ${process.platform}.`);
  const executable = join(folder, file);
  if (!existsSync(executable)) throw new Error(`${folder} is no unpacked Electron: it has no ${file}.`);
  const version = await readVersion(folder);
  if (version !== wantedVersion())
    throw new Error(`${folder} is Electron ${version}; this project is built for ${wantedVersion()}.`);
  return { folder, hasFuses: hasFuseWire(await readFile(executable)) };
}

/** Where the executable that carries the fuses lies in a finished application folder. */
export function sealedFile(applicationFolder: string): string {
  const files: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
    linux: "countersign-desktop",
    win32: "Countersign.exe",
    darwin: "Countersign.app/Contents/Frameworks/Electron Framework.framework/Electron Framework",
  };
  return join(applicationFolder, files[process.platform] ?? "");
}

async function readVersion(folder: string): Promise<string> {
  const file = join(folder, "version");
  if (!existsSync(file)) throw new Error(`${folder} is no unpacked Electron: it has no file called version.`);
  return (await readFile(file, "utf8")).trim().replace(/^v/, "");
}

function wantedVersion(): string {
  // Not the module itself: that would look for a binary.
  const manifest: unknown = createRequire(import.meta.url)("electron/package.json");
  return z.object({ version: z.string() }).parse(manifest).version;
}
