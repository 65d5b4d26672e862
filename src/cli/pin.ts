import { readFile } from "node:fs/promises";
import { discover, gatewayOrigin, readProfile, writeProfile } from "../client/profile.ts";
import { CountersignError, toFailure } from "../shared/errors.ts";
import type { Profile, Provider } from "../shared/provider.ts";
import type { Terminal } from "./terminal.ts";

/** The options of commands that may make a profile. */
export const pinOptions = {
  gateway: { type: "string" },
  yes: { type: "boolean" },
  issuer: { type: "string" },
  ca: { type: "string" },
} as const;

interface PinWish {
  readonly gateway?: string;
  readonly yes?: boolean;
  readonly issuer?: string;
  readonly ca?: string;
}

/** Pins the gateway that was named, once a person has said yes; without one the profile must know its gateway. Throws `usage`. */
export async function pinNamed(directory: string, wish: PinWish, terminal: Terminal): Promise<void> {
  if (wish.gateway === undefined) {
    if ((await readProfile(directory)) !== null) return;
    throw new CountersignError("usage", `${directory} knows no gateway yet: name it with --gateway URL.`);
  }
  refuseNoAddress(wish.gateway);
  const ca = wish.ca === undefined ? {} : { ca: await readFile(wish.ca, "utf8") };
  const { profiles } = await discover(wish.gateway, ca);
  await pin(directory, chosen(profiles, wish.issuer), wish.yes ?? false, terminal);
}

/** What can't be a gateway's address is a slip of whoever typed it, not a gateway's fault. */
function refuseNoAddress(given: string): void {
  try {
    gatewayOrigin(given);
  } catch (cause) {
    throw new CountersignError("usage", `--gateway: ${toFailure(cause).message}`, { cause });
  }
}

function chosen(proposals: readonly Profile[], issuer: string | undefined): Profile {
  const matching = issuer === undefined ? proposals : proposals.filter(({ provider }) => issuerOf(provider) === issuer);
  const [only, ...others] = matching;
  if (only !== undefined && others.length === 0) return only;
  const known = proposals.map(({ provider }) => issuerOf(provider)).join(", ");
  if (only === undefined) {
    throw new CountersignError(
      "misconfigured",
      `The gateway offers no such way to sign in; it offers ${known || "none"}.`,
    );
  }
  throw new CountersignError("usage", `The gateway offers several ways to sign in: choose --issuer out of ${known}.`);
}

/** Shows what would be pinned, and pins it once a person said yes (rule 2). What is pinned already needs no word. */
async function pin(directory: string, proposal: Profile, yes: boolean, terminal: Terminal): Promise<void> {
  const pinned = await readProfile(directory);
  if (pinned !== null && JSON.stringify(pinned) === JSON.stringify(proposal)) return;
  if (pinned !== null) terminal.note(`${directory} is pinned to something else now; ask its operator why it changed.`);
  terminal.note(`Gateway     ${proposal.gateway}`);
  terminal.note(`Audience    ${proposal.audience}`);
  terminal.note(
    `Sign-in at  ${issuerOf(proposal.provider)} (${proposal.provider.kind}, client ${proposal.provider.clientId})`,
  );
  terminal.note(`Ledger key  ${proposal.ledgerKey}`);
  const confirmed = yes || (await terminal.confirm(`Trust this gateway, and pin it in ${directory}?`));
  if (confirmed === null) {
    throw new CountersignError(
      "usage",
      "Nobody is here to confirm this gateway: compare what is shown, then add --yes.",
    );
  }
  if (!confirmed) throw new CountersignError("cancelled", "Nothing was pinned.");
  await writeProfile(directory, proposal);
}

function issuerOf(provider: Provider): string {
  return provider.kind === "entra" ? provider.authority : provider.issuer;
}
