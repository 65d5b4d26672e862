import type { SignedOut } from "../../shared/console.ts";
import { CountersignError } from "../../shared/errors.ts";
import type { SetupChange, SetupWish } from "../../shared/setup.ts";
import type { Client } from "../client.ts";

type Environment = SetupWish["environment"];

/** What a profile has outside of its folder: entries in the settings of MCP clients, as their undoing would change them. */
export async function entriesOf(
  client: Pick<Client, "setup">,
  environment: Environment,
): Promise<readonly SetupChange[]> {
  const planned = await client.setup.plan(undoing(environment));
  return planned.filter(({ did }) => did !== "nothing");
}

/**
 * Takes the profile's entries out of MCP clients' settings and ends its session wherever it can be ended, so that its folder can go. Throws
 * `misconfigured`, with nothing ended, where a client's settings can't be changed.
 */
export async function endProfile(client: Pick<Client, "setup" | "call">, environment: Environment): Promise<SignedOut> {
  const planned = await entriesOf(client, environment);
  refuseLeft(planned);
  const seen = Object.fromEntries(planned.map((change) => [change.file, change.seen]));
  if (planned.length > 0) refuseLeft(await client.setup.apply({ ...undoing(environment), seen }));
  const left = await client.call("session.signOut", {}, "cli");
  if (!left.ok) throw new CountersignError(left.error.code, left.error.message);
  return left.value;
}

function refuseLeft(changes: readonly SetupChange[]): void {
  const files = changes.filter(({ did }) => did === "refused").map(({ file }) => file);
  if (files.length === 0) return;
  const message = `Its entries can't be taken out of ${files.join(", ")}: do that by hand, then remove the profile.`;
  throw new CountersignError("misconfigured", message);
}

function undoing(environment: Environment): SetupWish {
  return { does: "undo", programs: [], connections: [], environment, launcher: null };
}
