import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { findChromium } from "./find-chromium.ts";

// Browser tests run in Debian's Chromium: install it where we may, otherwise say how and stop before anything else runs.

const install = "apt-get update && apt-get install -y --no-install-recommends chromium";

if (findChromium() === null) {
  if (process.getuid?.() !== 0 || !isDebian()) stop(`Browser tests need Chromium. Install it: ${install}`);
  process.stdout.write(`Chromium is missing; installing it: ${install}\n`);
  spawnSync("/bin/sh", ["-c", install], {
    stdio: "inherit",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  if (findChromium() === null) stop(`Chromium could not be installed. Install it: ${install}`);
}

function isDebian(): boolean {
  try {
    return /^ID(_LIKE)?=.*debian/m.test(readFileSync("/etc/os-release", "utf8"));
  } catch {
    // A system without this file is not Debian.
    return false;
  }
}

function stop(why: string): never {
  process.stderr.write(`${why}\n`);
  process.exit(1);
}
