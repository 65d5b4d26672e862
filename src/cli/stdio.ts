import { bridge } from "../client/stdio-bridge.ts";
import { CountersignError } from "../shared/errors.ts";
import { command } from "./command.ts";

const help = `Usage: countersign stdio [CONNECTION] [--client NAME] [--profile DIR]

For MCP clients that can only start a program: carries their standard input and output to the Countersign that runs on
this computer. Without CONNECTION it is all that you may use, in one server, each name with its connection's before it.
NAME is how the client appears in \`countersign clients list\`, where it can be removed. Nothing secret stands in the
client's file: whoever runs as you may use it.`;

/** Imports little, and nothing that the call itself doesn't need: clients wait for it. */
export const stdio = command(help, { client: { type: "string" } }, async ({ values, positionals, profile }) => {
  const [named = "", extra] = positionals;
  // A bundle's setting that nobody filled in is an empty word.
  const connection = named === "" ? null : named;
  if (extra !== undefined) throw new CountersignError("usage", "stdio takes one CONNECTION; --help shows the usage.");
  if (connection !== null && !/^[a-z0-9][a-z0-9-]{0,62}$/.test(connection))
    throw new CountersignError("usage", `${JSON.stringify(connection)} is no connection's name.`);
  const client = values.client ?? "stdio";
  await bridge({ directory: profile, connection, client, input: process.stdin, output: process.stdout });
  // An answer that nobody reads must not keep the process.
  process.stdin.destroy();
});
