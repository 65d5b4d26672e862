import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { freePort } from "../free-port.ts";
import type { Switches } from "./switches.ts";

/** A server on 127.0.0.1. */
export interface Listener {
  readonly port: number;
  /** Ends every connection at once. */
  close(): Promise<void>;
}

/** Listens on the port, 0 being any free one; rejects with the system's error where it is taken. */
export async function listen(
  port: number,
  handle: RequestListener,
  tls?: { readonly cert: string; readonly key: string },
): Promise<Listener> {
  const server = tls ? createHttpsServer(tls, handle) : createHttpServer(handle);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host: "127.0.0.1", exclusive: true }, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The handler, failing as the switches say. */
export function failingBy(switches: Switches, handle: RequestListener): RequestListener {
  const respond: RequestListener = (request, response) => {
    switch (switches.failure) {
      case "none":
        handle(request, response);
        break;
      case "dropped":
        switches.dropped += 1;
        request.socket.destroy();
        break;
      case "unavailable":
        response.writeHead(503, { "content-type": "text/plain" }).end("down for the test");
        break;
      case "too-many-requests":
        response.writeHead(429, { "retry-after": "30" }).end();
        break;
      default:
        switches.failure satisfies never;
    }
  };
  return (request, response) => {
    if (switches.delayMs === 0) respond(request, response);
    else setTimeout(respond, switches.delayMs, request, response);
  };
}

/** As many different ports that are free now; as a fixed list of redirect addresses needs them before anybody listens. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}
