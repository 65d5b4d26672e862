/**
 * `npm run conformance`: the public MCP conformance suite, side by side. Its server scenarios against a fixture of our own: direct, through the
 * gateway, through tunnel and gateway, and through the gateway and an agent process. Its client scenarios against clients of our own, with the
 * gateway, or tunnel and gateway, between them and the suite's server. Its scenario about DNS rebinding against the tunnel's listener itself. Exit status 1
 * where a check differs. `-- server`, `-- client` or `-- rebinding` runs one part.
 */
import { compareClients } from "./clients.ts";
import { judgeRebinding } from "./rebinding.ts";
import { compareServers } from "./servers.ts";

const parts = { server: compareServers, client: compareClients, rebinding: judgeRebinding };
const asked = process.argv[2];
let different = 0;
for (const [name, part] of Object.entries(parts)) {
  if (asked === undefined || asked === name) different += await part((text) => process.stdout.write(text));
}
process.stdout.write(
  different === 0 ? "\nIdentical every way.\n" : `\n${different} scenarios are not the same every way.\n`,
);
process.exitCode = different === 0 ? 0 : 1;
