import type { SignedOut } from "../shared/console.ts";
import { CountersignError } from "../shared/errors.ts";
import { command, positional } from "./command.ts";
import { withOwner } from "./owner.ts";

const help = `Usage: countersign sign-out [--profile DIR] [--json]

Ends the session: its tokens are forgotten, and revoked where the sign-in provider can, which is tried. The process that
owns the profile stays, with nobody signed in. Your browser's own session at the provider is not ended by this: the
address that ends it is printed.`;

export const signOut = command(help, {}, async ({ positionals, profile, terminal }) => {
  positional(positionals, []);
  const result = await withOwner(profile, (owner) => owner.call("session.signOut", {}));
  if (!result.ok) throw new CountersignError(result.error.code, result.error.message);
  terminal.answer({ session: "signed-out", ...result.value }, endedLines(result.value));
});

const atProvider: Readonly<Record<SignedOut["provider"], string>> = {
  revoked: "Sign-in provider  revoked; it was tried, and refused",
  unsupported: "Sign-in provider  can't revoke it from here: it ends there by its own time",
  failed: "Sign-in provider  could not be asked to revoke it: it ends there by its own time",
  none: "Sign-in provider  nobody was signed in",
};

const atGateway: Readonly<Record<SignedOut["gateway"], readonly string[]>> = {
  ended: ["Gateway           its session has ended"],
  failed: ["Gateway           could not be asked to end its session: it runs out within minutes"],
  none: [],
};

function endedLines({ provider, gateway, kept, logoutUrl }: SignedOut): readonly string[] {
  return [
    "Signed out.",
    `This computer     ${kept ? "still keeps something of the session: sign out once more" : "keeps nothing of the session"}`,
    ...atGateway[gateway],
    atProvider[provider],
    ...(logoutUrl === null ? [] : [`Browser           its own session at the provider ends at ${logoutUrl}`]),
  ];
}
