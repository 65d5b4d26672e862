import { openClient } from "../client/index.ts";
import { readProfile } from "../client/profile.ts";
import type { Setup } from "../client/setup/setup.ts";
import { ownerOf, withOwner } from "./owner.ts";

/**
 * Runs this with the set-up of the process that owns the profile. What needs no tunnel (`alone-as-well`) becomes that process
 * for the moment where there is none. Throws `not_running` otherwise.
 */
export async function withSetup<T>(
  profile: string,
  by: "owner" | "alone-as-well",
  use: (setup: Setup) => Promise<T>,
): Promise<T> {
  const owner = by === "alone-as-well" ? await ownerOf(profile) : null;
  const alone = by === "alone-as-well" && owner === null && (await readProfile(profile)) !== null;
  owner?.close();
  if (!alone)
    return await withOwner(profile, (control) =>
      use({
        list: (asked) => control.ask("setup.list", asked),
        plan: (wish) => control.ask("setup.plan", wish),
        apply: (wish) => control.ask("setup.apply", wish),
      }),
    );
  // Nobody signs in here: nothing is opened.
  const client = await openClient({ directory: profile, openBrowser: () => undefined });
  try {
    return await use(client.setup);
  } finally {
    await client.close();
  }
}
