/**
 * The client that the public suite judges: `index.ts URL`, the scenario and the revision in the environment as the suite puts them there.
 * With CONFORMANCE_SWITCHBOARD it asks that address for another way to the same server, and takes it.
 */
import { otherWay } from "../switchboard.ts";
import { runErrand } from "./errand.ts";
import { connectLegacy } from "./legacy.ts";
import { connectModern } from "./modern.ts";

const { MCP_CONFORMANCE_SCENARIO, MCP_CONFORMANCE_PROTOCOL_VERSION, MCP_CONFORMANCE_CONTEXT, CONFORMANCE_SWITCHBOARD } =
  process.env;
const given = process.argv.at(-1) ?? "";
const url = new URL(CONFORMANCE_SWITCHBOARD === undefined ? given : await otherWay(CONFORMANCE_SWITCHBOARD, given));
const modern = (MCP_CONFORMANCE_PROTOCOL_VERSION ?? "") >= "2026-07-28";
const client = await (modern ? connectModern(url) : connectLegacy(url));
await runErrand(MCP_CONFORMANCE_SCENARIO ?? "", client, MCP_CONFORMANCE_CONTEXT);
await client.close();
// The suite's servers keep streams open that would keep this process from ending.
process.exit(0);
