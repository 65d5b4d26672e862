import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SetupWish } from "../shared/setup.ts";
import { profileDirectory } from "./profile-directory.ts";

/** How a client starts this very program for a profile: it has no shell's PATH. */
export function launcherOf(profile: string): SetupWish["launcher"] {
  const here = fileURLToPath(import.meta.url);
  const entry = join(dirname(here), `index${extname(here)}`);
  const own = profile === profileDirectory(undefined) ? [] : ["--profile", profile];
  return { command: process.execPath, args: [entry, ...own] };
}
