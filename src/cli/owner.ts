import { existsSync } from "node:fs";
import { readProfile } from "../client/profile.ts";
import { connectControl, type Control } from "../client/control.ts";
import type { ConsoleState } from "../shared/console.ts";
import { CountersignError } from "../shared/errors.ts";

/** The process that owns the profile, or null where none does. Only asks: a folder that isn't there is not made. */
export async function ownerOf(profile: string): Promise<Control | null> {
  return existsSync(profile) ? await connectControl(profile) : null;
}

/** Runs this with the process that owns the profile. Throws `not_running` where none does. */
export async function withOwner<T>(profile: string, use: (owner: Control) => Promise<T>): Promise<T> {
  const owner = await ownerOf(profile);
  if (owner === null) {
    const known = (await readProfile(profile)) !== null;
    const next = known ? `connect --profile ${profile}` : `sign-in --gateway URL --profile ${profile}`;
    const message = `Nobody is signed in with the profile ${profile}: run countersign ${next}`;
    throw new CountersignError("not_running", message);
  }
  try {
    return await use(owner);
  } finally {
    owner.close();
  }
}

/** The owner's state, where somebody is signed in. Throws `signed_out` or `reauthentication_needed`. */
export async function signedInState(owner: Control, profile: string): Promise<ConsoleState> {
  const state = await owner.ask("status", {});
  switch (state.session.state) {
    case "signed-in":
      return state;
    case "needs-sign-in":
      throw new CountersignError("reauthentication_needed", `${state.session.error.message} ${signIn(profile)}`);
    case "signed-out":
    case "signing-in":
      throw new CountersignError("signed_out", `Nobody is signed in yet. ${signIn(profile)}`);
    default:
      return state.session satisfies never;
  }
}

const signIn = (profile: string): string => `Run countersign sign-in --profile ${profile}, or sign in at the console.`;
