import { networkInterfaces } from "node:os";
import type { Socket } from "node:net";
import type { buildConnector as Connectors, Dispatcher } from "undici";
import { proxied } from "../proxied.ts";
import { trusting } from "../trust.ts";
import { connector } from "./connector.ts";
import { PlainRoad } from "../plain/road.ts";
import { EnvHttpProxyAgent, Pool } from "./undici.ts";

/** The pooled connections to the one gateway: straight on loopback, otherwise by HTTPS_PROXY, HTTP_PROXY and NO_PROXY. */
export interface Connections {
  readonly dispatcher: Dispatcher;
  /** For posts in their plainest form; null where a proxy stands between. */
  readonly plain: PlainRoad | null;
  /** Ends the connections whose own address this machine has lost: nothing comes back on them, and nothing would say so. */
  dropLost(addresses: ReadonlySet<string>): void;
}

/** `origin`: checked by `gatewayOrigin`. */
export function connections(origin: string, ca: string | undefined): Connections {
  const sockets = new Set<Socket>();
  const secure = origin.startsWith("https:");
  const base = connector(secure, ca);
  // Apart from `connect`: its listener would hold whoever wanted the connection for as long as that lives.
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  };
  const connect: Connectors.connector = (options, done) => {
    base(options, (...[error, socket]) => {
      if (error !== null) return done(error, null);
      keep(socket);
      done(null, socket);
    });
  };
  // No HTTP/2: one connection's trouble would be every call's.
  const options = { connect, allowH2: false };
  // Without a proxy there is nothing to choose at each call.
  const straight = loopback.has(new URL(origin).hostname) || !proxied();
  const tls = (): object => (secure ? { ...trusting(ca) } : {});
  return {
    // Always a tunnel through the proxy, which never sees a token.
    dispatcher: straight
      ? new Pool(origin, options)
      : new EnvHttpProxyAgent({ ...options, proxyTunnel: true, requestTls: tls(), proxyTls: tls() }),
    plain: straight ? new PlainRoad(origin, connect) : null,
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

const loopback: ReadonlySet<string> = new Set(["127.0.0.1", "[::1]", "localhost"]);

function plain(address: string): string {
  return address.replace(/^::ffff:/, "").replace(/%.*$/, "");
}

function lost(): Error {
  return Object.assign(new Error("The network of this connection has gone."), { code: "ENETDOWN" });
}
