import { command, positional } from "./command.ts";
import { ownUntilStopped } from "./session-owner.ts";

const help = `Usage: countersign connect [--console] [--ca FILE] [--profile DIR] [--json]

Opens the tunnel for MCP clients and stays in the foreground until Ctrl-C. Other commands with this profile talk to it
meanwhile. Where nobody is signed in it prints the address to sign in at. --console also serves the console for a
browser and prints its one-time link. --ca names a PEM file with one more authority to trust.`;

const options = { console: { type: "boolean" }, ca: { type: "string" } } as const;

export const connect = command(help, options, async ({ values, positionals, profile, terminal }) => {
  positional(positionals, []);
  await ownUntilStopped({ profile, ca: values.ca, console: values.console ?? false, terminal });
});
