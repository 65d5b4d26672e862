import { homedir } from "node:os";
import { join } from "node:path";

/** The folder that this person's profiles lie in, by the habits of the system; tray app and terminal have it in common. */
export function profilesHome(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const home = env["HOME"] ?? homedir();
  if (platform === "win32") return join(env["APPDATA"] ?? join(homedir(), "AppData", "Roaming"), "Countersign");
  if (platform === "darwin") return join(home, "Library", "Application Support", "Countersign");
  return join(env["XDG_CONFIG_HOME"] ?? join(home, ".config"), "countersign");
}

/** A profile's own folder. `id`: of `isProfileId`. */
export function profileFolder(home: string, id: string): string {
  return join(home, "profiles", id);
}

/** The profile that is meant before anybody has chosen one. */
export const firstProfile = "default";

/** A profile's id is the name of its folder, and never a way out of it. */
export function isProfileId(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]|\.(?!\.)){0,60}$/.test(text);
}

/** Where the list says which is active and what they are called. */
export function listFile(home: string): string {
  return join(home, "profiles.json");
}
