import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CountersignError } from "../shared/errors.ts";
import { portOwner } from "./port-owner.ts";

/** A listener on 127.0.0.1 and ::1, on one port. */
export interface Loopback {
  readonly port: number;
  /** `127.0.0.1:P` and, where the machine has IPv6, `[::1]:P`. */
  readonly addresses: readonly string[];
  readonly servers: readonly Server[];
  /** Stops listening and ends every connection. */
  close(): Promise<void>;
}

/** `port` 0 lets the system choose one that is free in both families. Throws `port_taken`, naming the owner where that can be known. */
export async function listenLoopback(port: number, listener: RequestListener): Promise<Loopback> {
  for (let attempt = 1; ; attempt += 1) {
    const first = await listen("127.0.0.1", port, listener);
    if (first === null) throw await taken(port);
    const chosen = portOf(first);
    const second = await listen("::1", chosen, listener).catch(async (error: unknown) => {
      await closeServer(first);
      throw error;
    });
    if (second !== null) return loopback(chosen, second === "absent" ? [first] : [first, second]);
    await closeServer(first);
    if (port !== 0 || attempt === mostAttempts) throw await taken(chosen);
  }
}

const mostAttempts = 20;

function loopback(port: number, servers: readonly Server[]): Loopback {
  const addresses = [`127.0.0.1:${port}`, `[::1]:${port}`].slice(0, servers.length);
  return {
    port,
    addresses,
    servers,
    close: async () => {
      await Promise.all(servers.map(closeServer));
    },
  };
}

/** A listening server, null where the port is taken, or (IPv6 only) "absent" where the machine lacks the family. */
function listen(host: "127.0.0.1", port: number, listener: RequestListener): Promise<Server | null>;
function listen(host: "::1", port: number, listener: RequestListener): Promise<Server | "absent" | null>;
function listen(host: string, port: number, listener: RequestListener): Promise<Server | "absent" | null> {
  return new Promise((resolve, reject) => {
    // A request without Host reaches our own guard, which refuses it like any other foreign one.
    const server = createServer({ requireHostHeader: false, keepAliveTimeout: 65_000 }, listener);
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(null);
      else if (host === "::1" && (error.code === "EADDRNOTAVAIL" || error.code === "EAFNOSUPPORT")) resolve("absent");
      else reject(error);
    });
    server.listen({ host, port, exclusive: true, ipv6Only: host === "::1" }, () => resolve(server));
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function portOf(server: Server): number {
  // A server that listens on TCP has such an address (node:net).
  return (server.address() as AddressInfo).port;
}

async function taken(port: number): Promise<CountersignError> {
  const owner = await portOwner(port);
  const by = owner === null ? "another program" : `${owner.name} (process ${owner.pid})`;
  return new CountersignError("port_taken", `Port ${port} is taken by ${by}: end it, or choose another port.`);
}
