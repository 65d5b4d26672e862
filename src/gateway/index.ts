import type { AddressInfo } from "node:net";
import type { LoadedConfig } from "./config.ts";
import { refuseFixedChange } from "./fixed-settings.ts";
import { routes, upgrades } from "./http.ts";
import { startSweeping } from "./sweeping.ts";
import { watchIssuers } from "./identity/issuers-watch.ts";
import { createServer, listening } from "./listener.ts";
import type { Runtime } from "./runtime.ts";
import { openParts, type GatewayOptions } from "./parts.ts";

export type { GatewayOptions } from "./parts.ts";

export interface Gateway {
  /** Listens; throws CountersignError `port_taken`. */
  start(): Promise<{ readonly url: string }>;
  /**
   * Puts another configuration in force; what is under way ends under the one it began with. Throws CountersignError `configuration`
   * where it changes what only a new start can.
   */
  reload(config: LoadedConfig): Promise<void>;
  /** Records that a configuration was not put in force, and why. */
  rejected(why: string): Promise<void>;
  /**
   * Takes nothing new, tells held calls and streams to come back, and resolves when all calls under way have ended, or `drain` of the
   * configuration is over.
   */
  drain(): Promise<void>;
  /** Ends sessions and streams, records the clean stop, closes the store. */
  stop(): Promise<void>;
}

/** The gateway: verified token → rules → hold → target → masked, recorded answer. */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, log } = options;
  const { listen } = config.config;
  const parts = await openParts(options);
  const { origin, setup, store, agents, approvals, grants, sessions, stream, gate, places, doors, draining, site } =
    parts;
  const { refusals, followers, search, retention } = parts;
  const runtime = (): Runtime => setup.runtime;
  const server = await createServer(listen.tls);
  server.on("request", routes(site));
  server.on("upgrade", upgrades(site));
  const recordLoaded = async ({ policy }: Runtime, { sha256 }: LoadedConfig): Promise<void> =>
    await store.commit((writes) => writes.append("config.loaded", { rules: policy.version, sha256 }));
  const stopSweeping = startSweeping(site);
  let stopWatching: (() => void) | null = null;

  return {
    async start() {
      await approvals.recover();
      await grants.endDue("now");
      await store.commit((writes) => writes.append("gateway.started", { origin }));
      await recordLoaded(runtime(), config);
      await followers.start();
      await listening(server, listen.host, listen.port);
      const { port } = server.address() as AddressInfo;
      log({ level: "info", event: "gateway.listening", port });
      stopWatching = watchIssuers({ verifier: () => runtime().verifier, log });
      const host = listen.host.includes(":") ? `[${listen.host}]` : listen.host;
      return { url: `${listen.tls === undefined ? "http" : "https"}://${host}:${port}` };
    },
    async reload(next) {
      refuseFixedChange(config, next);
      if (await setup.replace(next, (made) => recordLoaded(made, next))) {
        doors.sessions.renewAll();
        doors.revoking.shut(places.letIn);
        stream.sendAway("Others are let in than before.");
      }
      agents.reconfigured();
      // What can't be written now is ended by a later sweep, and by the new rules themselves.
      await grants.endDue("now").catch((error: unknown) => log({ level: "error", event: "sweep.failed", error }));
      log({ level: "info", event: "config.loaded", rules: runtime().policy.version });
    },
    async rejected(reason) {
      const why = reason.slice(0, 2000);
      log({ level: "warn", event: "config.rejected", why });
      // A store that fails is no reason to end: the old configuration is in force, and the log has said so.
      const recorded = store.commit((writes) => writes.append("config.rejected", { why }));
      await recorded.catch((error: unknown) => log({ level: "error", event: "config.rejected.unrecorded", error }));
    },
    async drain() {
      log({ level: "info", event: "gateway.draining", underWay: draining.underWay });
      stream.sendAway("The gateway is stopping.");
      const left = await draining.begin(runtime().config.drain);
      log({ level: left === 0 ? "info" : "warn", event: "gateway.drained", left });
    },
    async stop() {
      stopSweeping();
      stopWatching?.();
      stream.close();
      server.close();
      await sessions.closeAll();
      server.closeAllConnections();
      await setup.close();
      await agents.close();
      try {
        await gate.inputs.close();
        await refusals.sweep("ending");
        await retention.close();
        await search.close();
      } finally {
        await followers.close();
        await store.close();
      }
    },
  };
}
