import type { buildConnector as Connectors } from "undici";
import { troubleOf } from "../link-trouble.ts";
import { trusting, trustingSystem } from "../trust.ts";
import { buildConnector } from "./undici.ts";

/** Connects to the gateway, over TLS where it is `secure`. Connecting may take 10 s; a call gives up earlier by itself. */
export function connector(secure: boolean, ca: string | undefined): Connectors.connector {
  if (!secure) return buildConnector(connecting);
  let trust = trusting(ca);
  let connect = buildConnector({ ...connecting, ...trust });
  return (options, done) => {
    const used = trust;
    connect(options, (...[error, socket]) => {
      if (error === null) return done(null, socket);
      // Nothing has been sent: a handshake that failed may be made again.
      const wider = troubleOf(error).kind === "certificate" ? trustingSystem(ca) : used;
      if (wider === used) return done(error, null);
      if (wider !== trust) connect = buildConnector({ ...connecting, ...wider });
      trust = wider;
      connect(options, done);
    });
  };
}

/** No HTTP/2: one connection's trouble would be every call's. libuv asks ten times, a second apart: a peer that is gone shows after 25 s, where nothing else tells. */
const connecting = { allowH2: false, timeout: 10_000, keepAlive: true, keepAliveInitialDelay: 15_000 };
