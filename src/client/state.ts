import type { ConsoleState } from "../shared/console.ts";
import type { Profile } from "../shared/provider.ts";

/** The one snapshot that consoles draw: replaced whole, never changed in place. */
export interface StateHolder {
  get(): ConsoleState;
  /** Puts these parts in place of the old ones and tells every listener. */
  set(parts: Partial<StateParts>): void;
  onChange(listener: (state: ConsoleState) => void): () => void;
}

/** What the parts of the client say about themselves; a connection's address is derived here, as it needs the tunnel's port. */
export type StateParts = Omit<ConsoleState, "connections"> & {
  readonly connections: readonly Omit<ConsoleState["connections"][number], "url">[];
};

export function createState(initial: StateParts): StateHolder {
  let parts = initial;
  let snapshot = draw(parts);
  const listeners = new Set<(state: ConsoleState) => void>();
  return {
    get: () => snapshot,
    set(changed) {
      parts = { ...parts, ...changed };
      snapshot = draw(parts);
      for (const listener of listeners) listener(snapshot);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** What is known before anything has happened. `origin`: the pinned gateway's. */
export function firstState(profile: Profile, origin: string, nowMs: number): StateParts {
  const { provider } = profile;
  return {
    gateway: { origin, link: "offline", sinceMs: nowMs, nextTryAtMs: null, trouble: null, clockOffsetMs: 0 },
    roles: [],
    ledger: null,
    session: { state: "signed-out", error: null },
    signInAsked: null,
    provider: { kind: provider.kind, issuer: provider.kind === "entra" ? provider.authority : provider.issuer },
    tunnel: { state: "closed" },
    pause: null,
    secrets: { place: "memory", why: null },
    desktop: null,
    connections: [],
    approvals: [],
    sending: [],
    looking: [],
    grants: [],
    devices: [],
    clients: [],
    traffic: { sinceMs: nowMs, lines: [], troubles: [] },
  };
}

/** What is shown where no profile is open. */
export function nobodysState(nowMs: number): ConsoleState {
  const provider = { kind: "oidc", issuer: "", clientId: "", scope: "" } as const;
  return draw(firstState({ v: 1, gateway: "", audience: "", ledgerKey: "", provider }, "", nowMs));
}

/** The address of a connection at the tunnel; names hold no character that would need escaping (the gateway's own grammar). */
export function tunnelAddress(port: number, name: string): string {
  return `http://127.0.0.1:${port}/mcp/${name}`;
}

function draw(parts: StateParts): ConsoleState {
  const { tunnel } = parts;
  const connections = parts.connections.map((connection) => ({
    ...connection,
    url: tunnel.state === "open" ? tunnelAddress(tunnel.port, connection.name) : null,
  }));
  return Object.freeze({ ...parts, connections });
}
