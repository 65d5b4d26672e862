import type { AddressInfo } from "node:net";
import { statedFirstKey } from "../shared/ledger-keys.ts";
import type { Agent } from "../shared/target.ts";
import { Agents } from "./agents/agents.ts";
import { Approvals } from "./approvals/approvals.ts";
import { ApprovalsStream } from "./approvals/stream.ts";
import type { LoadedConfig } from "./config.ts";
import { refuseFixedChange } from "./fixed-settings.ts";
import { createFollowers } from "./followers.ts";
import { Grants } from "./grants/grants.ts";
import { placesOf } from "./grants/places.ts";
import type { LastHop } from "./connections/registry.ts";
import { routes, upgrades } from "./http.ts";
import { startSweeping } from "./sweeping.ts";
import { createDoors } from "./identity/doors.ts";
import { Revocations } from "./identity/revocations.ts";
import { peopleOf } from "./identity/people.ts";
import { watchIssuers } from "./identity/issuers-watch.ts";
import { Lasting } from "./identity/lasting.ts";
import { Present } from "./identity/present.ts";
import { Refusals } from "./identity/refusals.ts";
import { loadKeys } from "./keys.ts";
import { createServer, listening } from "./listener.ts";
import type { Log } from "./log.ts";
import { recordClosed } from "./mcp/closed-session.ts";
import { FailureLog } from "./mcp/failure-log.ts";
import { KnownTools } from "./mcp/known-tools.ts";
import { OpenInputs } from "./mcp/open-inputs.ts";
import { OwedAnswers } from "./mcp/owed-answers.ts";
import { Seen } from "./mcp/seen.ts";
import { Sessions } from "./mcp/sessions.ts";
import { UnheardCalls } from "./mcp/unheard.ts";
import { RuleLimits } from "./policy/limits.ts";
import { Setup } from "./setup.ts";
import type { Runtime } from "./runtime.ts";
import { Draining } from "./draining.ts";
import { Observed } from "./observed.ts";
import { Retention } from "./retention/retention.ts";
import { LedgerSearch } from "./search/search.ts";
import { openStore } from "./store/open-store.ts";
import { freeBytes } from "./store/room.ts";
import { noTelemetry, type Telemetry } from "./telemetry/port.ts";

export interface GatewayOptions {
  readonly config: LoadedConfig;
  /** The embedded agent: the last hop of connections that name no other. The caller closes it. */
  readonly agent: Agent;
  readonly log: Log;
  /** Traces of the calls, where they are wanted. The caller closes it. */
  readonly telemetry?: Telemetry;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

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
  const { config, agent, log, telemetry = noTelemetry, now = Date.now } = options;
  const { publicUrl, data, keys: keysFolder, listen } = config.config;
  const origin = new URL(publicUrl).origin;
  const ledgerOrigin = new URL(publicUrl).host;

  const keys = await loadKeys(keysFolder);
  const observed = new Observed(log);
  const opened = observed.watch(await openStore({ folder: data, keys, origin: ledgerOrigin, now }));
  const store = telemetry.watch(opened);
  const refusals = new Refusals(store, now);
  const configured = () => setup.runtime.config.agents;
  const agents = new Agents({ store, refusals, origin, configured, now, log });
  const linked: LastHop["linked"] = (...place) => agents.target(...place);
  const setup = await Setup.create(config, { embedded: agent, linked }, now, (text) =>
    keys.keyedDigest({ pseudonym: text }),
  );
  const runtime = () => setup.runtime;
  const present = new Present(now);
  const people = peopleOf(() => runtime().config);
  const ruleVersion = (name: string): string | undefined => runtime().policy.versionOf(name);
  const reuseMs = (): number => runtime().config.approvals.reuse;
  const tools = new KnownTools(store, now);
  const keyedDigest = (value: Parameters<typeof keys.keyedDigest>[0]): string => keys.keyedDigest(value);
  const secondWaits = (): boolean => runtime().config.devices.secondWaits;
  const ways = { store, now, ...people, ruleVersion, keyedDigest };
  const approvals = new Approvals({ ...ways, gateway: origin, reuseMs, secondWaits });
  const revocations = new Revocations(store.revocations, people.personOf);
  const places = placesOf(runtime, tools, keyedDigest, revocations);
  const grants = new Grants({ ...ways, ...places });
  const sessions = new Sessions(now, recordClosed(store, log));
  const lasting = new Lasting(present, now);
  const stream = new ApprovalsStream(store, approvals, grants, lasting, now);
  const draining = new Draining();
  const limits = new RuleLimits(now);
  const gate = {
    draining: draining.signal,
    store,
    approvals,
    grants,
    present,
    lasting,
    sessions,
    tools,
    limits,
    traces: telemetry.traces,
    failures: new FailureLog(log, now),
    seen: new Seen(),
    inputs: new OpenInputs(now),
    unheard: new UnheardCalls(now),
    owed: new OwedAnswers(store),
    now,
    runtime,
    keyedDigest,
  };
  const followers = createFollowers({ config: config.config, store, origin: ledgerOrigin, now, log });
  const readings = {
    ...followers.readings,
    sessions: () => sessions.size,
    freeBytes: () => freeBytes(data),
    streams: () => stream.size,
    underWay: () => draining.underWay,
  };
  const metricsToken = (): string | null => setup.metricsToken;
  const operators = { store, runtime, draining, observed, readings, metricsToken };
  // The key that the log began with: who pinned it follows the rotations to the one of now.
  const ledgerKey = statedFirstKey(store.rotations[0] ?? "") ?? keys.verifierKey(ledgerOrigin);
  const revoked = { store, approvals, conversations: sessions, lasting, present, revocations, ...people, now };
  const doors = createDoors(origin, revoked);
  const search = new LedgerSearch(data);
  const retention = new Retention({
    store,
    folder: data,
    config: () => runtime().config.retention,
    personOf: people.personOf,
    forget: () => search.forget(),
    erasedByHand: () => gate.seen.forget(),
    now,
    log,
  });
  const site = {
    ...doors,
    gate,
    stream,
    agents,
    refusals,
    draining,
    operators,
    origin,
    ledgerKey,
    data,
    search,
    retention,
    log,
  };

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
