import { app } from "electron";
import { report } from "./report.ts";

/**
 * False, and the app quits, when a shipped app was started with a switch of Chromium that hands its pages to another program or takes their
 * protection away. Fuses close Node's switches (`--inspect`), not these. Before anything else.
 */
export function startedPlainly(argv: readonly string[] = process.argv): boolean {
  const refused = refusedSwitch(argv);
  if (refused === null || !app.isPackaged) return true;
  report(`Not started with --${refused}: it opens the console to other programs. Start the app without it`);
  app.quit();
  return false;
}

/** The first such switch among the arguments, without its dashes or value; null where there is none. */
export function refusedSwitch(argv: readonly string[]): string | null {
  for (const argument of argv.slice(1)) {
    const name = switchName.exec(argument)?.[1]?.toLowerCase();
    if (name !== undefined && refusedSwitches.has(name)) return name;
  }
  return null;
}

// As Chromium reads them (base/command_line.cc): two dashes or one, on Windows also a slash, and a value after "=".
const switchName = /^(?:--|-|\/)([a-z0-9-]+)(?:=|$)/i;

const refusedSwitches: ReadonlySet<string> = new Set([
  "remote-debugging-port",
  "remote-debugging-pipe",
  "remote-debugging-address",
  "remote-allow-origins",
  "no-sandbox",
  "disable-setuid-sandbox",
  "disable-seccomp-filter-sandbox",
  "disable-namespace-sandbox",
  "disable-gpu-sandbox",
  "disable-web-security",
  "disable-site-isolation-trials",
  "allow-running-insecure-content",
  "ignore-certificate-errors",
  "ignore-certificate-errors-spki-list",
  "enable-automation",
  "auto-open-devtools-for-tabs",
  "js-flags",
  "load-extension",
  "renderer-cmd-prefix",
  "utility-cmd-prefix",
  "gpu-launcher",
  "browser-subprocess-path",
  "single-process",
  "ssl-key-log-file",
  "log-net-log",
]);
