import { CountersignError } from "../shared/errors.ts";
import { command, positional } from "./command.ts";
import { pinNamed, pinOptions } from "./pin.ts";
import { ownUntilStopped } from "./session-owner.ts";

const help = `Usage: countersign connect [--service FILE | --device-code] [--console] [--port PORT] [--gateway URL [--yes] [--issuer URL]]
                   [--ca FILE] [--profile DIR] [--json]

Opens the tunnel for MCP clients and stays in the foreground until Ctrl-C. Other commands with this profile talk to it
meanwhile. Where nobody is signed in it prints the address to sign in at; with --device-code one for a browser on any
machine, with a code. --service FILE signs in as a service instead, by the credentials that FILE names, and asks nobody
(docs/services.md). --console also serves the console for a browser and prints its one-time link. The tunnel's port is chosen once and remembered; --port sets another, 0 lets the system
choose (clients then need \`countersign setup --repair\`). --gateway, --yes and --issuer make the profile first, as
sign-in does. --ca names a PEM file with one more authority to trust.`;

const options = {
  ...pinOptions,
  console: { type: "boolean" },
  port: { type: "string" },
  service: { type: "string" },
  "device-code": { type: "boolean" },
} as const;

export const connect = command(help, options, async ({ values, positionals, profile, terminal }) => {
  positional(positionals, []);
  const port = portOf(values.port);
  if (values.gateway !== undefined) await pinNamed(profile, values, terminal);
  const { ca, service, console = false } = values;
  const byCode = values["device-code"] ?? false;
  await ownUntilStopped({ profile, ca, service, console, port, terminal, byCode });
});

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (port <= 65_535) return port;
  throw new CountersignError("usage", "--port is a number from 0 to 65535; 0 lets the system choose.");
}
