import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { firstProfile, isProfileId, listFile, profileFolder } from "./home.ts";

// Nothing but Node is imported here: every command looks for its folder before it does anything.

/** The id of the profile in use. A list that can't be read names none. */
export function activeProfile(home: string): string {
  const active = listIn(home)["active"];
  return typeof active === "string" && isProfileId(active) ? active : firstProfile;
}

/** The folder of the profile that has this id, or is called so; null where there is none. */
export function profileNamed(home: string, name: string): string | null {
  if (isProfileId(name) && existsSync(join(profileFolder(home, name), "profile.json")))
    return profileFolder(home, name);
  const names = listIn(home)["names"];
  if (!isRecord(names)) return null;
  const found = Object.keys(names).find((id) => names[id] === name && isProfileId(id));
  return found === undefined ? null : profileFolder(home, found);
}

function listIn(home: string): Readonly<Record<string, unknown>> {
  try {
    const list: unknown = JSON.parse(readFileSync(listFile(home), "utf8"));
    return isRecord(list) ? list : {};
  } catch {
    return {};
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
