import type { Risk } from "../../shared/approval.ts";

/** How many requests wait, where it stands by itself. */
export function requestsWait(count: number): string {
  if (count === 0) return "No requests wait";
  return count === 1 ? "1 request waits for you" : `${count} requests wait for you`;
}

/** The tray's menu and what stands beside its icon; names come ready to be shown, times as `14:36`. */
export const tray = {
  toolTip: {
    "signed-out": "Countersign: signed out",
    offline: "Countersign: gateway not reached",
    paused: "Countersign: calls are paused",
    connected: "Countersign: connected",
    attention: (count: number) => `Countersign: ${requestsWait(count)}`,
  },
  noGateway: "No gateway is open. Calls are refused.",
  addGateway: "Add a gateway…",
  signedOut: "Signed out. Calls are refused.",
  signIn: "Sign in…",
  signingIn: "Finish signing in in the browser",
  cancelSignIn: "Cancel sign-in",
  signInEnded: "The sign-in has ended. Calls are refused.",
  signedInAs: (name: string) => `Signed in as ${name}`,
  signOut: "Sign out",
  /** Shape and word: the shape alone is not read by everybody, and menus have no colour. */
  risk: { low: "○ Low", medium: "◇ Medium", high: "▲ High", critical: "⯃ Critical" } satisfies Record<Risk, string>,
  request: (risk: string, tool: string, connection: string, until: string) =>
    `${risk}: ${tool} on ${connection}, denied at ${until}`,
  more: (count: number) => `and ${count} more in the inbox`,
  ledger: "The gateway's ledger does not check out: see the window",
  setUpClient: "Set up a client",
  paused: (until: string | null) => `${until === null ? "Paused" : `Paused until ${until}`}. Calls are refused.`,
  resume: "Resume",
  pause: "Pause",
  pauseFor: { "15": "For 15 minutes", "60": "For an hour", null: "Until resumed" },
  connecting: "Connecting to the gateway",
  notReached: (since: string) => `Gateway not reached since ${since}`,
  tryNow: (next: string | null) => (next === null ? "Try now" : `Try now (next try ${next})`),
  findOutWhy: "Find out why",
  noTunnel: "MCP clients cannot connect: the local address did not open",
  whatToDo: "See what to do",
  noConnections: "No connections to copy the address of",
  copyAddressOf: (connection: string) => `Copy address of ${connection}`,
  copyAddress: "Copy address",
  allConnections: "All connections",
  trafficSince: (time: string) => `Calls since ${time}`,
  moreLines: (count: number) => `and ${count} more in the window`,
  clientOn: (client: string, connection: string) => `${client} on ${connection}`,
  goneClient: "a client that is gone",
  stranger: "an unknown program",
  held: (tool: string, connection: string, client: string | null, what: string) =>
    `${tool} on ${connection}${client === null ? "" : ` by ${client}`}: ${what}`,
  heldAs: {
    waits: (until: string) => `waits, denied at ${until}`,
    approved: "approved, runs when it is called again",
    running: "running",
  },
  trouble: (time: string, who: string, times: number, message: string) =>
    `${time} ${who}${times === 1 ? "" : ` (${times} times)`}: ${message}`,
  traffic: (connection: string, calls: number, held: number, errors: number) => {
    const numbers = [
      `${calls} ${calls === 1 ? "call" : "calls"}`,
      ...(held === 0 ? [] : [`${held} held`]),
      ...(errors === 0 ? [] : [`${errors} ${errors === 1 ? "error" : "errors"}`]),
    ];
    return `${connection}: ${numbers.join(", ")}`;
  },
  notifications: "Notifications",
  quietHours: (from: string, to: string) => `Quiet hours, ${from} to ${to}`,
  startAtLogin: "Start at login",
  testNotifications: "Test notifications",
  settings: "Settings",
  allSettings: "All settings…",
  openApp: "Open Countersign",
  openInbox: "Open inbox",
  quit: "Quit Countersign",
} as const;

/** The menus of the window whose items are the system's own. */
export const appMenu = { app: "Countersign", edit: "Edit", view: "View", window: "Window" } as const;
