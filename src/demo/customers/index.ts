/**
 * The demo's own MCP server, a process of its own: customer records over Streamable HTTP on loopback, in both
 * protocol eras. Prints `{"port": N}` and ends when its parent closes the channel or its standard input.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { endpoint } from "./endpoint.ts";
import { readCustomers } from "./records.ts";
import { customerServer } from "./tools.ts";

const customers = await readCustomers();
const mcp = endpoint(() => customerServer(customers));
const listener = createServer(mcp.listener);
listener.listen(Number(process.env["PORT"] ?? 0), "127.0.0.1");
await once(listener, "listening");
process.stdout.write(`${JSON.stringify({ port: (listener.address() as AddressInfo).port })}\n`);

const stop = (): void => {
  listener.close();
  listener.closeAllConnections();
  // The process ends by itself once nothing is open; a stream that hangs doesn't hold it for longer than this.
  setTimeout(() => process.exit(0), 500).unref();
  mcp.close().then(
    () => process.exit(0),
    () => process.exit(1),
  );
};
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, stop);
process.stdin.once("end", stop).resume();
