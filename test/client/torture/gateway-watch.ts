/** Loaded before a gateway (`--import`): SIGUSR2 makes it write what it holds to its log. */
import { heldHere, watchServers } from "./held.ts";

watchServers();
process.on("SIGUSR2", () => process.stderr.write(`{"held":${JSON.stringify(heldHere())}}\n`));
