import { networkInterfaces } from "node:os";
import type { Socket } from "node:net";
import type { buildConnector as Connectors, Dispatcher } from "undici";
import { trusting } from "../trust.ts";
import { buildConnector, EnvHttpProxyAgent, Pool } from "./undici.ts";

/** The pooled connections to the one gateway: straight on loopback, otherwise by HTTPS_PROXY, HTTP_PROXY and NO_PROXY. */
export interface Connections {
  readonly dispatcher: Dispatcher;
  /** Ends the connections whose own address this machine has lost: nothing comes back on them, and nothing would say so. */
  dropLost(addresses: ReadonlySet<string>): void;
}

/** `origin`: checked by `gatewayOrigin`. Connecting may take 10 s; a call gives up earlier by itself. */
export function connections(origin: string, ca: string | undefined): Connections {
  const sockets = new Set<Socket>();
  const secure = origin.startsWith("https:");
  const trust = secure ? trusting(ca) : {};
  const base = buildConnector({ ...connecting, ...trust });
  const connect: Connectors.connector = (options, done) => {
    base(options, (...[error, socket]) => {
      if (error !== null) return done(error, null);
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
      done(null, socket);
    });
  };
  // No HTTP/2: one connection's trouble would be every call's.
  const options = { connect, allowH2: false };
  // Without a proxy there is nothing to choose at each call.
  const straight = loopback.has(new URL(origin).hostname) || !proxyVariables.some((name) => process.env[name]);
  return {
    // Always a tunnel through the proxy, which never sees a token.
    dispatcher: straight
      ? new Pool(origin, options)
      : new EnvHttpProxyAgent({ ...options, proxyTunnel: true, requestTls: { ...trust }, proxyTls: { ...trust } }),
    dropLost(addresses) {
      for (const socket of sockets)
        if (socket.localAddress !== undefined && !addresses.has(plain(socket.localAddress))) socket.destroy(lost());
    },
  };
}

/** This machine's own addresses now, loopback among them. */
export function ownAddresses(): ReadonlySet<string> {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return new Set(all.map(({ address }) => plain(address)));
}

const proxyVariables = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"];
const loopback: ReadonlySet<string> = new Set(["127.0.0.1", "[::1]", "localhost"]);
/** libuv asks ten times, a second apart: a peer that is gone shows after 25 s, where nothing else tells. */
const connecting = { timeout: 10_000, keepAlive: true, keepAliveInitialDelay: 15_000 };

function plain(address: string): string {
  return address.replace(/^::ffff:/, "").replace(/%.*$/, "");
}

function lost(): Error {
  return Object.assign(new Error("The network of this connection has gone."), { code: "ENETDOWN" });
}
