import { CountersignError } from "../shared/errors.ts";
import type { SetupAsk, SetupChange, SetupWish } from "../shared/setup.ts";
import type { Setup } from "./setup/setup.ts";

/** The set-up of clients as the consoles of this process use it: on this process's machine, for its person. */
export interface SetupHere {
  readonly setup: Setup;
  readonly here: Pick<SetupWish, "environment" | "launcher">;
}

/** One program, with all connections that this person may use. */
export function wishFor({ does, program }: SetupAsk, { here }: SetupHere): SetupWish {
  return { does, programs: [program], connections: [], ...here };
}

/** Writes what a console has shown and nothing else. Throws `digest_mismatch` where another installation came up since. */
export async function applyShown(
  own: SetupHere,
  ask: SetupAsk,
  seen: Readonly<Record<string, string | null>>,
): Promise<readonly SetupChange[]> {
  const wish: SetupWish = { ...wishFor(ask, own), seen };
  const planned = await own.setup.plan(wish);
  if (planned.every(({ file }) => Object.hasOwn(seen, file))) return await own.setup.apply(wish);
  throw new CountersignError("digest_mismatch", "Another installation was found since: look at the change again.");
}
