import { readFile } from "node:fs/promises";
import { connectControl, type Control } from "../client/control.ts";
import { discover, gatewayOrigin, readProfile, writeProfile } from "../client/profile.ts";
import { CountersignError, toFailure } from "../shared/errors.ts";
import type { Profile, Provider } from "../shared/provider.ts";
import { command, positional } from "./command.ts";
import { ownUntilStopped } from "./session-owner.ts";
import type { Terminal } from "./terminal.ts";

const help = `Usage: countersign sign-in [--gateway URL] [--yes] [--issuer URL] [--ca FILE] [--profile DIR] [--json]

Signs in at the profile's gateway. The first time, --gateway names it: what it says of itself is shown, and pinned in
the profile once you confirm it (--yes confirms without asking). Where it offers several ways to sign in, --issuer
chooses one. The address to open is printed; nothing is opened by itself. Where no process owns the profile yet, this
one becomes it and stays, as countersign connect does.`;

const options = {
  gateway: { type: "string" },
  yes: { type: "boolean" },
  issuer: { type: "string" },
  ca: { type: "string" },
} as const;

export const signIn = command(help, options, async ({ values, positionals, profile, terminal }) => {
  positional(positionals, []);
  if (values.gateway !== undefined) {
    refuseNoAddress(values.gateway);
    const ca = values.ca === undefined ? {} : { ca: await readFile(values.ca, "utf8") };
    await pin(
      profile,
      chosen((await discover(values.gateway, ca)).profiles, values.issuer),
      values.yes ?? false,
      terminal,
    );
  } else if ((await readProfile(profile)) === null) {
    throw new CountersignError("usage", `${profile} knows no gateway yet: name it with --gateway URL.`);
  }
  const owner = await connectControl(profile);
  if (owner === null) {
    terminal.note(`This process now owns the profile ${profile}, and stays.`);
    await ownUntilStopped({ profile, ca: values.ca, console: false, terminal });
    return;
  }
  try {
    await signInAt(owner, terminal);
  } finally {
    owner.close();
  }
});

/** What can't be a gateway's address is a slip of whoever typed it, not a gateway's fault. */
function refuseNoAddress(given: string): void {
  try {
    gatewayOrigin(given);
  } catch (cause) {
    throw new CountersignError("usage", `--gateway: ${toFailure(cause).message}`, { cause });
  }
}

async function signInAt(owner: Control, terminal: Terminal): Promise<void> {
  await owner.ask("signIn", {}, (url) => terminal.note(`Open this address to sign in: ${url}`));
  const { session } = await owner.ask("status", {});
  terminal.answer(session, [session.state === "signed-in" ? `Signed in as ${session.account.name}.` : session.state]);
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
