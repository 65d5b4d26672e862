/** A tunnel as a process of its own, whose live objects can be counted: `fork(…, [GATEWAY, TOKEN, CONNECTION…])` is told its port and its client's token. */
import { subscribe } from "node:diagnostics_channel";
import { ServerResponse, type Server } from "node:http";
import { Socket } from "node:net";
import { queryObjects } from "node:v8";
import { Exchange } from "../../../src/client/upstream/answer.ts";
import { openTunnelBench } from "../tunnel-bench.ts";

/** What this process holds after a collection of garbage. */
export interface Held {
  /** On the heap and beside it, in bytes. */
  readonly bytes: number;
  readonly sockets: number;
  readonly exchanges: number;
  readonly responses: number;
  readonly timers: number;
}

const servers = new Set<Server>();
subscribe("http.server.request.start", (told) => {
  if (typeof told === "object" && told !== null && "server" in told) servers.add(told.server as Server);
});

const [, , gateway = "", token = "", ...connections] = process.argv;
const bench = await openTunnelBench(gateway, token, { connections });
process.send?.({ port: bench.port, token: bench.token });

process.on("message", () => process.send?.(held()));
process.once("disconnect", () => void bench.close().then(() => process.exit(0)));

function held(): Held {
  // What clients keep open for their next call is no leak, and would stay for a minute.
  for (const server of servers) server.closeIdleConnections();
  const timer = setTimeout(() => undefined, 0);
  clearTimeout(timer);
  // Of a class that Node doesn't name; this one itself is counted every time.
  const timers = count(timer.constructor as new () => object);
  // Collects the garbage before it counts.
  const [sockets, exchanges, responses] = [count(Socket), count(Exchange), count(ServerResponse)];
  const { heapUsed, external } = process.memoryUsage();
  return { bytes: heapUsed + external, sockets, exchanges, responses, timers };
}

function count(made: new (...given: never[]) => object): number {
  return queryObjects(made, { format: "count" });
}
