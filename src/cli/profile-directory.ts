import { resolve } from "node:path";
import { activeProfile, profileNamed } from "../client/profiles/active.ts";
import { profileFolder, profilesHome } from "../client/profiles/home.ts";

/** Where a profile lies: the one of the list that is called so, the given folder, or without either the active one of the list. */
export function profileDirectory(given: string | undefined): string {
  const home = profilesHome();
  if (given === undefined) return profileFolder(home, activeProfile(home));
  // A path is a path: only a bare word can be a name.
  const named = /[/\\]/.test(given) ? null : profileNamed(home, given);
  return named ?? resolve(given);
}
