import type { Client } from "../../src/client/index.ts";
import type { Desktop } from "../../src/main/desktop.ts";
import { desktopCalls } from "../../src/shared/desktop.ts";
import type { ApprovalView } from "../../src/shared/approval.ts";
import type { ConsoleState } from "../../src/shared/console.ts";

/** A state in which somebody is signed in, online, with nothing waiting; `changed` goes on top. */
export function stateWith(changed: Partial<ConsoleState> = {}): ConsoleState {
  return {
    gateway: {
      origin: "https://gateway.example",
      link: "online",
      sinceMs: 0,
      nextTryAtMs: null,
      trouble: null,
      clockOffsetMs: 0,
    },
    session: {
      state: "signed-in",
      account: { id: "demo:2", kind: "user", name: "A.", groups: ["security"] },
      device: "device-1",
    },
    signInAsked: null,
    ledger: null,
    pause: null,
    secrets: { place: "keychain", why: null },
    desktop: null,
    provider: { kind: "oidc", issuer: "https://login.example" },
    tunnel: { state: "open", port: 7878, addresses: ["http://127.0.0.1:7878"] },
    connections: [],
    approvals: [],
    sending: [],
    looking: [],
    grants: [],
    roles: [],
    devices: [],
    clients: [],
    traffic: { sinceMs: 0, lines: [], troubles: [] },
    ...changed,
  };
}

/** A pending request of S. that the reader may decide, denied by itself at 14:36 local time of a day far ahead. */
export function approvalWith(changed: Partial<ApprovalView> = {}): ApprovalView {
  return {
    id: "approval-1",
    revision: 1,
    state: "pending",
    relation: "approver",
    requester: { id: "demo:1", kind: "user", name: "S.", groups: [] },
    client: null,
    device: null,
    connection: "reports-share",
    tool: "read_file",
    description: null,
    annotations: null,
    fingerprint: "f",
    payload: { arguments: { path: "/secret-name" }, hidden: [] },
    argumentsDigest: "d",
    rule: { name: "reads", version: "1", why: "because" },
    risk: "low",
    approvers: ["security"],
    standing: (changed.relation ?? "approver") === "approver" ? "decide" : "none",
    steps: [{ approvers: ["security"], need: "any", approvals: [], missing: 1 }],
    createdAtMs: 0,
    expiresAtMs: new Date(2099, 0, 1, 14, 36).getTime(),
    reuseUntilMs: null,
    decision: null,
    outcome: null,
    ...changed,
  };
}

/** A desktop that is set, shown and tested by nobody. */
export const noDesktop: Pick<Desktop, "answers"> = {
  answers: Object.fromEntries(
    Object.keys(desktopCalls).map((call) => [call, () => null]),
  ) as unknown as Desktop["answers"],
};

/** An engineer's side without a gateway: its state is what a test says, its calls are kept. */
export interface FakeClient extends Pick<
  Client,
  "state" | "onState" | "call" | "openTunnel" | "show" | "onShow" | "close"
> {
  readonly calls: { readonly call: string; readonly input: unknown; readonly presence: string }[];
  readonly closed: () => boolean;
  change(state: ConsoleState): void;
}

export function createFakeClient(initial: ConsoleState): FakeClient {
  const held = { state: initial, closed: false };
  const states = new Set<(state: ConsoleState) => void>();
  const shows = new Set<(approval: string | null) => void>();
  const calls: { call: string; input: unknown; presence: string }[] = [];
  return {
    calls,
    closed: () => held.closed,
    state: () => held.state,
    onState: (listener) => (states.add(listener), () => states.delete(listener)),
    onShow: (listener) => (shows.add(listener), () => shows.delete(listener)),
    show: (approval) => shows.forEach((listener) => listener(approval)),
    call: async (call, input, presence) => {
      calls.push({ call, input, presence });
      return { ok: true, value: null as never };
    },
    openTunnel: async () => undefined,
    close: async () => {
      held.closed = true;
    },
    change: (state) => {
      held.state = state;
      states.forEach((listener) => listener(state));
    },
  };
}
