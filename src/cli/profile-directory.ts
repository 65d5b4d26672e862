import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** Where a profile lies: the given folder, or this person's own by the habits of the system. */
export function profileDirectory(given: string | undefined): string {
  if (given !== undefined) return resolve(given);
  if (process.platform === "win32") {
    return join(process.env["APPDATA"] ?? join(homedir(), "AppData", "Roaming"), "Countersign", "profile");
  }
  if (process.platform === "darwin") {
    return join(homedir(), "Library", "Application Support", "Countersign", "profile");
  }
  return join(process.env["XDG_CONFIG_HOME"] ?? join(homedir(), ".config"), "countersign", "profile");
}
