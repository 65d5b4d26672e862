/** A tunnel as a process of its own, whose live objects can be counted: `fork(…, [GATEWAY, TOKEN, CONNECTION…])` is told its port and its client's token. */
import { Exchange } from "../../../src/client/upstream/answer.ts";
import { openTunnelBench } from "../tunnel-bench.ts";
import { count, heldHere, watchServers, type Held } from "./held.ts";

/** What the tunnel's process holds. */
export interface TunnelHeld extends Held {
  readonly exchanges: number;
}

watchServers();

const [, , gateway = "", token = "", ...connections] = process.argv;
const bench = await openTunnelBench(gateway, token, { connections });
process.send?.({ port: bench.port, token: bench.token });

process.on("message", () => process.send?.(held()));
process.once("disconnect", () => void bench.close().then(() => process.exit(0)));

function held(): TunnelHeld {
  const exchanges = count(Exchange);
  return { ...heldHere(), exchanges };
}
