import type { ConsoleEvents, ConsoleState } from "./console.ts";
import type { ConsoleCall, ConsoleInput, ConsoleOutput } from "./console-calls.ts";
import type { DesktopCall, DesktopInput, DesktopOutput } from "./desktop.ts";
import type { Result } from "./errors.ts";
import type { StateCall, StateOutput, StatePush } from "./state-push.ts";

// This file imports no schema: the preload, which is loaded before every page, is made of it.

/** Each method that a page finds, and the one call it makes. A call that is not named here cannot be made from a page. */
export const bridgeCalls = {
  signIn: "session.signIn",
  cancelSignIn: "session.cancelSignIn",
  signOut: "session.signOut",
  declineSignIn: "session.declineSignIn",
  retry: "gateway.retry",
  decide: "approvals.decide",
  approvalContext: "approvals.context",
  withdraw: "approvals.withdraw",
  look: "approvals.look",
  history: "history.list",
  historyFigures: "history.figures",
  historyItem: "history.show",
  exportHistory: "history.export",
  mcpSessions: "sessions.list",
  mcpSession: "sessions.show",
  exportMcpSession: "sessions.export",
  searchAudit: "audit.search",
  auditEntry: "audit.entry",
  auditActivity: "audit.activity",
  exportAudit: "audit.export",
  grants: "grants.list",
  revokeGrant: "grants.revoke",
  openTunnel: "tunnel.open",
  removeDevice: "devices.remove",
  acknowledgeDevice: "devices.acknowledge",
  confirmDevice: "devices.confirm",
  pause: "tunnel.pause",
  resume: "tunnel.resume",
  removeClient: "clients.remove",
  setups: "setup.list",
  planSetup: "setup.plan",
  applySetup: "setup.apply",
  copyAddress: "connections.copyAddress",
} as const satisfies Readonly<Record<string, ConsoleCall>>;

/** The same for what only a desktop can do. */
export const desktopBridgeCalls = {
  set: "desktop.set",
  testNotification: "desktop.testNotification",
  dropDecision: "desktop.dropDecision",
  quit: "desktop.quit",
  proposeGateway: "profiles.propose",
  addProfile: "profiles.add",
  openProfile: "profiles.use",
  renameProfile: "profiles.rename",
  profileRemoval: "profiles.removal",
  removeProfile: "profiles.remove",
} as const satisfies Readonly<Record<string, DesktopCall>>;

/** And for the state itself, of whoever tells it. */
export const stateBridgeCalls = {
  wholeState: "state.whole",
} as const satisfies Readonly<Record<string, StateCall>>;

/** A call whose input has no member is a method without a parameter. */
type Method<Input, Output> = string extends keyof Input
  ? () => Promise<Result<Output>>
  : (input: Input) => Promise<Result<Output>>;

export type BridgeMethods = {
  readonly [M in keyof typeof bridgeCalls]: Method<
    ConsoleInput<(typeof bridgeCalls)[M]>,
    ConsoleOutput[(typeof bridgeCalls)[M]]
  >;
};
export type DesktopBridge = {
  readonly [M in keyof typeof desktopBridgeCalls]: Method<
    DesktopInput<(typeof desktopBridgeCalls)[M]>,
    DesktopOutput[(typeof desktopBridgeCalls)[M]]
  >;
};

export type StateBridge = {
  readonly [M in keyof typeof stateBridgeCalls]: () => Promise<Result<StateOutput[(typeof stateBridgeCalls)[M]]>>;
};

/** All that an owner tells a page by itself, by its name. */
export interface OwnerEvents extends ConsoleEvents {
  state: StatePush;
}

/** What a page finds as `window.countersign`: named methods, no generic channel. */
export interface PreloadBridge extends BridgeMethods, StateBridge {
  readonly desktop: DesktopBridge;
  onState(listener: (push: StatePush) => void): () => void;
  onShow(listener: (show: ConsoleEvents["show"]) => void): () => void;
}

/** The console's way to its owner as its pages have it, over the preload or over the loopback WebSocket. */
export interface ConsoleBridge extends BridgeMethods {
  /** The desktop around the console; absent in a browser. */
  readonly desktop?: DesktopBridge | undefined;
  /** Calls back at once with the present state, then after each change. Returns the way to stop. */
  onState(listener: (state: ConsoleState) => void): () => void;
  onShow(listener: (show: ConsoleEvents["show"]) => void): () => void;
}
