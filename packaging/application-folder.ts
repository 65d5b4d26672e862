import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Arch, build, Platform, type Configuration } from "electron-builder";
import { readElectronDist, sealedFile, type ElectronDist } from "./electron-dist.ts";
import { wireFindings } from "./fuse-wire.ts";

// `npm run package:dir -- --electron-dist DIR [--output DIR]`: the application folder for this platform and processor, from a given
// unpacked Electron, without the network. No installer is made and nothing is signed.

const { values } = parseArgs({ options: { "electron-dist": { type: "string" }, output: { type: "string" } } });
const given = values["electron-dist"] ?? process.env["COUNTERSIGN_ELECTRON_DIST"];
if (given === undefined) stop("Name an unpacked Electron: --electron-dist DIR, or COUNTERSIGN_ELECTRON_DIST.", 2);

try {
  const dist = await readElectronDist(given);
  const folder = await buildFolder(
    dist,
    values.output ?? fileURLToPath(new URL("../dist/installers", import.meta.url)),
  );
  await sayFuses(dist, folder);
  process.stdout.write(`application folder: ${folder}\n`);
} catch (error) {
  stop(error instanceof Error ? error.message : String(error), 1);
}

/** The folder that electron-builder made. */
async function buildFolder(dist: ElectronDist, output: string): Promise<string> {
  const made: { folder: string | null } = { folder: null };
  const config: Configuration = {
    electronDist: dist.folder,
    directories: { output },
    afterPack: ({ appOutDir }) => {
      made.folder = appOutDir;
    },
    // No executable, no fuses: setting them would fail. What was skipped is said below.
    ...(dist.hasFuses ? {} : { electronFuses: null }),
  };
  const projectDir = fileURLToPath(new URL("..", import.meta.url));
  const targets = Platform.current().createTarget("dir", process.arch === "arm64" ? Arch.arm64 : Arch.x64);
  await build({ projectDir, targets, publish: "never", config });
  if (made.folder === null) throw new Error("electron-builder made no application folder.");
  return made.folder;
}

async function sayFuses(dist: ElectronDist, folder: string): Promise<void> {
  if (!dist.hasFuses) {
    process.stdout.write(
      `fuses: skipped, as ${dist.folder} holds no Electron executable. This folder is for tests: do not ship it.\n`,
    );
    return;
  }
  const findings = wireFindings(await readFile(sealedFile(folder)));
  if (findings.length > 0) throw new Error(`The fuses are not as sealed: ${findings.join("; ")}.`);
  process.stdout.write("fuses: every one is as sealed\n");
}

function stop(why: string, status: number): never {
  process.stderr.write(`${why}\n`);
  process.exit(status);
}
