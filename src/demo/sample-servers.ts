import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

/** How to start a sample server of npm's: this very Node and the package's own entry, no npx, no shell. */
export interface StdioCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/** The stdio command of an installed package's one program (`bin` in its package.json), with these arguments. */
export async function packageCommand(name: string, ...args: readonly string[]): Promise<StdioCommand> {
  const manifest = fileURLToPath(import.meta.resolve(`${name}/package.json`));
  const { bin } = manifestShape.parse(JSON.parse(await readFile(manifest, "utf8")));
  const [program] = Object.values(bin);
  if (program === undefined) throw new Error(`${name} has no program of its own`);
  return { command: process.execPath, args: [join(dirname(manifest), program), ...args] };
}

const manifestShape = z.object({ bin: z.record(z.string(), z.string()) });
