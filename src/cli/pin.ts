import { readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { profilesHome } from "../client/profiles/home.ts";
import { listProfiles, refuseTakenAudience } from "../client/profiles/list.ts";
import { pinChanges } from "../client/profiles/pin-changes.ts";
import { discover, gatewayOrigin, readProfile, writeProfile } from "../client/profile.ts";
import { CountersignError, toFailure } from "../shared/errors.ts";
import { issuerOf, type Profile } from "../shared/provider.ts";
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
  const pinned = await readProfile(directory);
  if (wish.gateway === undefined) {
    if (pinned !== null) return;
    throw new CountersignError("usage", `${directory} knows no gateway yet: name it with --gateway URL.`);
  }
  const way = await proposed(wish.gateway, "--gateway", wish);
  if (pinned !== null && isDeepStrictEqual(pinned, way)) return;
  // Refused before anybody is asked: no answer could change a pin.
  if (pinned !== null && pinChanges(pinned, way).length > 0) return await writeProfile(directory, way);
  const others = (await listProfiles(profilesHome())).filter((each) => each.directory !== directory);
  refuseTakenAudience(way, others);
  const question = `Trust this gateway, and pin it in ${directory}?`;
  await writeProfile(directory, await confirmedWay(way, wish.yes ?? false, question, terminal));
}

/** What the gateway at this address proposes, by the chosen way to sign in. `word`: as the address was asked for. Throws `usage`. */
export async function proposed(address: string, word: string, wish: Pick<PinWish, "issuer" | "ca">): Promise<Profile> {
  refuseNoAddress(address, word);
  const ca = wish.ca === undefined ? {} : { ca: await readFile(wish.ca, "utf8") };
  const { profiles } = await discover(address, ca);
  return chosen(profiles, wish.issuer);
}

/** What can't be a gateway's address is a slip of whoever typed it, not a gateway's fault. */
function refuseNoAddress(given: string, word: string): void {
  try {
    gatewayOrigin(given);
  } catch (cause) {
    throw new CountersignError("usage", `${word}: ${toFailure(cause).message}`, { cause });
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

/** Shows what would be pinned, and returns it once a person said yes (rule 2). Throws `cancelled`, and `usage` where nobody is there. */
export async function confirmedWay(way: Profile, yes: boolean, question: string, terminal: Terminal): Promise<Profile> {
  const { provider, gateway, audience, ledgerKey } = way;
  terminal.note(`Gateway     ${gateway}`);
  terminal.note(`Audience    ${audience}`);
  terminal.note(`Sign-in at  ${issuerOf(provider)} (${provider.kind}, client ${provider.clientId})`);
  terminal.note(`Ledger key  ${ledgerKey}`);
  const confirmed = yes || (await terminal.confirm(question));
  if (confirmed === null) {
    throw new CountersignError(
      "usage",
      "Nobody is here to confirm this gateway: compare what is shown, then add --yes.",
    );
  }
  if (!confirmed) throw new CountersignError("cancelled", "Nothing was pinned.");
  return way;
}
