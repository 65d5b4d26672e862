import { chromium, type Browser } from "playwright-core";
import { findChromium } from "./find-chromium.ts";

/** Debian's Chromium with a new, empty profile, keeping to itself, with `env` beside its environment. The caller closes it. */
export async function launchBrowser(env: Readonly<Record<string, string>> = {}): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error("no Chromium: npm test installs it or says how");
  return await chromium.launch({
    executablePath,
    env: { ...process.env, ...env },
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // Otherwise a string of more than 1,024 characters, as a token may be, is cut where a page's memory is written down.
      "--js-flags=--heap-snapshot-string-limit=65536",
    ],
  });
}
