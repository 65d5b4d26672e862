import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { z } from "zod";
import type { SetupWish } from "../../shared/setup.ts";
import { readJson, writePrivate } from "../private-file.ts";

type Launcher = NonNullable<SetupWish["launcher"]>;

const launcherFile = z.object({ v: z.literal(1), command: z.string(), args: z.array(z.string()) });

/** Keeps where the terminal shell lies that was last used with this profile: the tray app can't run as Node, and starts none of its own. */
export async function noteLauncher(directory: string, { command, args }: Launcher): Promise<void> {
  const path = pathIn(directory);
  const text = `${JSON.stringify({ v: 1, command, args })}\n`;
  const known = await readJson(path, launcherFile);
  if (known === null || `${JSON.stringify(known)}\n` !== text) await writePrivate(path, text);
}

/** How `countersign` starts for this profile, as it was kept; null where none was, or it lies there no more. */
export async function knownLauncher(directory: string): Promise<SetupWish["launcher"]> {
  const known = await readJson(pathIn(directory), launcherFile);
  if (known === null) return null;
  const { command, args } = known;
  const isThere = [command, ...args.slice(0, 1).filter((each) => isAbsolute(each))].every((each) => existsSync(each));
  return isThere ? { command, args } : null;
}

function pathIn(directory: string): string {
  return join(directory, "launcher.json");
}
