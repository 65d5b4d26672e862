import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { connectionView, type ConnectionView } from "../shared/connection.ts";
import { proof } from "../shared/ledger.ts";
import { role } from "../shared/principal.ts";
import { discovery, type Profile } from "../shared/provider.ts";
import { createCheckpointKeeper } from "./checkpoint.ts";
import { createFeed } from "./feed.ts";
import type { FeedLink } from "./feed-frames.ts";
import type { GatewayApi } from "./gateway.ts";
import type { PassSource } from "./pass.ts";
import { createHeldApprovals, type HeldApprovals } from "./held-approvals.ts";
import { createKnownDevices, type KnownDevices } from "./known-devices.ts";
import { createKnownGrants } from "./known-grants.ts";
import { createLooks, type Looks } from "./looks.ts";
import { paced } from "./paced.ts";
import type { StateHolder } from "./state.ts";

/** All that a signed-in client takes from its gateway, kept up to date in the state: approvals, connections, clock, ledger. */
export interface GatewayLink {
  readonly held: HeldApprovals;
  /** Takes up the link; `principal` other than the last one starts from nothing. */
  open(principal: string): void;
  /** Ends the link and keeps what is known, so that a person who has to sign in again still sees what waits. */
  pause(): void;
  /** Ends the link and forgets what belongs to whoever was signed in. */
  forget(): void;
  retry(): void;
  /** The gateway's clock, in ms. */
  gatewayNowMs(): number;
  /** What the person has open before them, as other approvers are told. */
  readonly looks: Pick<Looks, "set">;
  /** Shows what is held, after a decision changed it. */
  showApprovals(): void;
  /** The person's devices, as `state` shows them. */
  readonly devices: Pick<KnownDevices, "acknowledge" | "confirm" | "remove">;
  /** Asks for the grants anew, after something was done about one. */
  refreshGrants(): void;
}

export interface GatewayLinkOptions {
  readonly directory: string;
  readonly profile: Profile;
  readonly api: GatewayApi;
  readonly pass: PassSource;
  readonly state: StateHolder;
  readonly ca: string | undefined;
  readonly now: () => number;
  /** What belonged to whoever was signed in has just been forgotten. */
  readonly onForget: () => void;
}

export function createGatewayLink(options: GatewayLinkOptions): GatewayLink {
  const { state, now, api } = options;
  const held = createHeldApprovals();
  let principal: string | null = null;
  /** What the gateway said last: the same again redraws nothing. */
  let offered: readonly ConnectionView[] = [];
  const gateway = (changed: Partial<ReturnType<StateHolder["get"]>["gateway"]>) =>
    state.set({ gateway: { ...state.get().gateway, ...changed } });
  const showApprovals = () => state.set({ approvals: [...held.list()] });
  const keeper = createCheckpointKeeper({
    directory: options.directory,
    ledgerKey: options.profile.ledgerKey,
    rotations: async () => (await api.get("/.well-known/countersign", discovery)).ledgerKeyRotations ?? [],
    prove: async (from, to) => (await api.get(`/v1/audit/consistency?from=${from}&to=${to}`, proof)).proof,
    onFailure: (ledger) => state.set({ ledger }),
    paceMs: proveEveryMs,
  });

  const devices = createKnownDevices({
    directory: options.directory,
    api,
    onDevices: (found) => state.set({ devices: [...found] }),
  });
  const refreshDevices = () => {
    if (principal !== null) devices.refresh(principal);
  };
  const grants = createKnownGrants(api, (found) => state.set({ grants: [...found] }));

  async function fetchConnections(): Promise<void> {
    const asked = principal;
    // Who may use what can change at any time; a failure leaves the last list, and the link says that it is offline.
    const found = await api.get("/v1/connections", connectionList).catch(() => null);
    if (found === null || principal !== asked || isDeepStrictEqual(found.connections, offered)) return;
    offered = found.connections;
    state.set({ connections: found.connections });
  }

  async function fetchRoles(): Promise<void> {
    const asked = principal;
    // A change of who has which role ends the stream, so that it is asked for again; a failure leaves the last answer.
    const found = await api.get("/v1/me", rolesOfMe).catch(() => null);
    if (found === null || principal !== asked || isDeepStrictEqual(found.roles, state.get().roles)) return;
    state.set({ roles: found.roles });
  }

  function onLink(next: FeedLink): void {
    const { link, sinceMs } = state.get().gateway;
    gateway({ ...next, sinceMs: link === next.link ? sinceMs : now() });
    if (next.link !== "online") return state.get().looking.length === 0 ? undefined : state.set({ looking: [] });
    void fetchConnections();
    void fetchRoles();
    grants.refresh();
    refreshDevices();
  }

  const looks = createLooks();
  const feed = createFeed({
    looks,
    origin: api.origin,
    pass: options.pass,
    ca: options.ca,
    held,
    now,
    onLink,
    // The whole list goes to every console: hundreds that come at once after a reconnect go in a few lists, not in hundreds.
    onApprovals: paced(showApprovals, drawEveryMs),
    // A second's drift redraws nothing; latency alone makes tens of milliseconds.
    onClock: (offsetMs) => {
      // The gateway tells the time every 15 s: as often, what it offers is asked for, which a reload or an agent may have changed.
      if (state.get().gateway.link === "online") void fetchConnections();
      if (Math.abs(offsetMs - state.get().gateway.clockOffsetMs) >= clockStepMs) gateway({ clockOffsetMs: offsetMs });
    },
    onGrants: () => grants.refresh(),
    onDevices: refreshDevices,
    onLooking: (approval, by) =>
      state.set({
        looking: [
          ...state.get().looking.filter((each) => each.approval !== approval),
          ...(by.length === 0 ? [] : [{ approval, by: [...by] }]),
        ],
      }),
    onCheckpoint: (note) => void keeper.take(note),
  });

  function forget(): void {
    feed.stop();
    held.clear();
    grants.forget();
    devices.forget();
    principal = null;
    offered = [];
    state.set({ approvals: [], connections: [], grants: [], roles: [] });
    options.onForget();
  }

  return {
    held,
    open(next) {
      if (principal !== null && principal !== next) forget();
      principal = next;
      feed.start();
    },
    pause: () => feed.stop(),
    forget,
    retry: () => feed.retry(),
    gatewayNowMs: () => now() + state.get().gateway.clockOffsetMs,
    looks,
    showApprovals,
    devices,
    refreshGrants: () => grants.refresh(),
  };
}

const rolesOfMe = z.object({ roles: z.array(role) });
const connectionList = z.object({ connections: z.array(connectionView) });
/** The gateway tells of new entries each second; hundreds of clients need not ask for proofs as often. */
const proveEveryMs = 30_000;
const drawEveryMs = 40;
const clockStepMs = 250;
