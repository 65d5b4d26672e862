import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { CountersignError } from "../../shared/errors.ts";
import { profile as profileShape, type Profile } from "../../shared/provider.ts";
import { writeProfile } from "../profile.ts";
import { profileFolder } from "./home.ts";
import { listProfiles, useProfile } from "./list.ts";

/** What a machine's administrator says, in a file that only an administrator can write. */
export interface ManagedPolicy {
  /** The address that is proposed to whoever has no gateway yet. */
  readonly gateway: string | null;
  /** A whole profile, which nobody needs to confirm. */
  readonly profile: Profile | null;
}

const policy = z.object({ gateway: z.url(), profile: profileShape.omit({ v: true, gateway: true }).optional() });

/** The policy in this file, if there is one. `reject` hears why one that is there does not count. */
export function managedPolicy(file: string, reject: (why: string, error: unknown) => void): ManagedPolicy {
  if (!existsSync(file)) return { gateway: null, profile: null };
  try {
    const { gateway, profile } = policy.parse(JSON.parse(readFileSync(file, "utf8")));
    return { gateway, profile: profile === undefined ? null : { v: 1, gateway, ...profile } };
  } catch (error) {
    reject(`${file} is not a policy: it needs {"gateway": URL}, and may have a "profile"`, error);
    return { gateway: null, profile: null };
  }
}

/** Where that file lies: no place that a person can write to. */
export function managedPolicyFile(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (platform === "darwin") return "/Library/Application Support/Countersign/policy.json";
  if (platform === "win32") return join(env["ProgramData"] ?? "C:\\ProgramData", "Countersign", "policy.json");
  return "/etc/countersign/policy.json";
}

/** The managed profile's id in the list. */
export const managedId = "managed";

/** Puts the managed profile into the list, in use where no other is. One that was put there before and named another provider stays as it was: throws `pin_changed`. */
export async function placeManaged(home: string, { profile }: ManagedPolicy): Promise<void> {
  if (profile === null) return;
  await writeProfile(profileFolder(home, managedId), profile);
  if (!(await listProfiles(home)).some(({ isActive }) => isActive)) await useProfile(home, managedId);
}

/** Throws `not_allowed` for the profile that the policy brought: a person can neither rename nor remove it. */
export function refuseManaged(id: string, { profile }: ManagedPolicy): void {
  if (id !== managedId || profile === null) return;
  throw new CountersignError("not_allowed", "Whoever manages this computer put this gateway here: ask them.");
}
