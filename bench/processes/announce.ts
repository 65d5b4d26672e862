import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Listens on a free loopback port and tells the process that started this one; ends with it. */
export function announce(server: Server): void {
  server.keepAliveTimeout = 600_000;
  server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
  process.once("disconnect", () => process.exit(0));
}
