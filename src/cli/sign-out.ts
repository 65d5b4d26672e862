import { CountersignError } from "../shared/errors.ts";
import { command, positional } from "./command.ts";
import { withOwner } from "./owner.ts";

const help = `Usage: countersign sign-out [--profile DIR] [--json]

Ends the session: its tokens are forgotten. The process that owns the profile stays, with nobody signed in.`;

export const signOut = command(help, {}, async ({ positionals, profile, terminal }) => {
  positional(positionals, []);
  const result = await withOwner(profile, (owner) => owner.call("session.signOut", {}));
  if (!result.ok) throw new CountersignError(result.error.code, result.error.message);
  terminal.answer({ session: "signed-out" }, ["Signed out."]);
});
