import { statedFirstKey } from "../shared/ledger-keys.ts";
import type { Agent } from "../shared/target.ts";
import { Agents } from "./agents/agents.ts";
import { Approvals } from "./approvals/approvals.ts";
import { ApprovalsStream } from "./approvals/stream.ts";
import type { LoadedConfig } from "./config.ts";
import { createFollowers } from "./followers.ts";
import { Grants } from "./grants/grants.ts";
import { placesOf } from "./grants/places.ts";
import type { LastHop } from "./connections/registry.ts";
import { createDoors } from "./identity/doors.ts";
import { Revocations } from "./identity/revocations.ts";
import { peopleOf } from "./identity/people.ts";
import { Lasting } from "./identity/lasting.ts";
import { Present } from "./identity/present.ts";
import { Refusals } from "./identity/refusals.ts";
import { loadKeys } from "./keys.ts";
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
import { Draining } from "./draining.ts";
import { Observed, type Readings } from "./observed.ts";
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

/** Opens keys, store and configuration, and joins the parts. Throws CountersignError as each of them does. */
export async function openParts(options: GatewayOptions) {
  const { config, agent, log, telemetry = noTelemetry, now = Date.now } = options;
  const { publicUrl, data, keys: keysFolder } = config.config;
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
  const readings: Readings = {
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
  return {
    origin,
    setup,
    store,
    agents,
    approvals,
    grants,
    sessions,
    stream,
    gate,
    places,
    doors,
    draining,
    refusals,
    followers,
    search,
    retention,
    site,
  };
}
