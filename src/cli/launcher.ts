import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SetupWish } from "../shared/setup.ts";

/** How a client starts this very program for a profile: it has no shell's PATH. */
export function launcherOf(profile: string): SetupWish["launcher"] {
  const here = fileURLToPath(import.meta.url);
  const entry = join(dirname(here), `index${extname(here)}`);
  // Always named: which profile is active may change, and a client's entry stays with the one it was written for.
  return { command: process.execPath, args: [entry, "--profile", profile] };
}
