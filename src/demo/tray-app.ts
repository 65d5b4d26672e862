import { spawn } from "node:child_process";
import { once } from "node:events";
import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { discover, writeProfile } from "../client/profile.ts";
import { endChild } from "./child.ts";
import type { Lifetime } from "./lifetime.ts";
import { packageCommand } from "./sample-servers.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The Electron binary, where there is a desktop to show it on and a binary already here; none is ever fetched. */
export async function trayAppBinary(): Promise<string | null> {
  const desktop = process.platform !== "linux" || process.env["DISPLAY"] || process.env["WAYLAND_DISPLAY"];
  if (!desktop) return null;
  const folder = join(dirname(fileURLToPath(import.meta.resolve("electron/package.json"))), "dist");
  const binary = join(folder, binaryIn[process.platform] ?? "electron");
  return (await stat(binary).catch(() => null)) === null ? null : binary;
}

const binaryIn: Partial<Record<NodeJS.Platform, string>> = {
  darwin: "Electron.app/Contents/MacOS/Electron",
  win32: "electron.exe",
};

/** Builds the tray app and runs it as the owner of the approver's profile; it ends with the demo, and the demo goes on without it. */
export async function startTrayApp(
  binary: string,
  profile: string,
  gateway: string,
  lifetime: Lifetime,
): Promise<void> {
  const [proposal] = (await discover(gateway)).profiles;
  if (proposal !== undefined) await writeProfile(profile, proposal);
  await buildTrayApp(lifetime);
  const child = spawn(binary, [root, "--profile", profile], { stdio: ["ignore", "ignore", "inherit"] });
  child.once("error", (error) => process.stderr.write(`demo: the tray app did not start: ${error.message}\n`));
  lifetime.add(() => endChild(child));
}

/** Electron runs what the compiler left in dist; the pages are built already. */
async function buildTrayApp(lifetime: Lifetime): Promise<void> {
  const { command, args } = await packageCommand("typescript", "-b", "src/main");
  const compiler = spawn(command, args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  lifetime.add(() => endChild(compiler));
  const [status] = await once(compiler, "exit");
  if (status !== 0) throw new Error("the tray app could not be built");
  const { build } = await import("vite");
  await build({ configFile: join(root, "src/preload/vite.config.ts"), logLevel: "error" });
}
