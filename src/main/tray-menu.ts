import type { ApprovalView, Risk } from "../shared/approval.ts";
import type { ConsoleState } from "../shared/console.ts";
import { visibleLine } from "../shared/visible.ts";
import { clockTime, localTime, requestsWait, waitingFor } from "./tray-state.ts";

/** What a click in the tray's menu asks for. */
export type TrayAction =
  | { readonly do: "open" | "signIn" | "cancelSignIn" | "signOut" | "retry" | "quit" }
  | { readonly do: "openRequest"; readonly approval: string }
  | { readonly do: "copyAddress"; readonly connection: string }
  | { readonly do: "setNotifications" | "setStartAtLogin"; readonly on: boolean };

export type MenuItem =
  | { readonly kind: "line" }
  | { readonly kind: "text"; readonly label: string }
  | { readonly kind: "click"; readonly label: string; readonly action: TrayAction }
  | { readonly kind: "check"; readonly label: string; readonly on: boolean; readonly action: TrayAction }
  | { readonly kind: "menu"; readonly label: string; readonly items: MenuTemplate };
export type MenuTemplate = readonly MenuItem[];

/** What the menu shows besides the state; `startAtLogin` is null where the desktop has no such thing. */
export interface MenuChoices {
  readonly notifications: boolean;
  readonly startAtLogin: boolean | null;
}

/** The tray's whole menu for a state. Requests are named by tool and connection only: no payload, no reason, no masked value. */
export function menuFor(state: ConsoleState, choices: MenuChoices): MenuTemplate {
  return [...situation(state), line, ...settingItems(state, choices), click("Quit Countersign", { do: "quit" })];
}

const line: MenuItem = { kind: "line" };
const longestName = 40;
const longestList = 9;
/** Connections whose addresses stand in the menu itself; more go into a menu of their own. */
const addressesAtHand = 3;

function situation(state: ConsoleState): MenuTemplate {
  const { session } = state;
  switch (session.state) {
    case "signed-out":
      return [text("Signed out. Calls are refused."), click("Sign in…", { do: "signIn" }), line, openApp];
    case "signing-in":
      return [text("Finish signing in in the browser"), click("Cancel sign-in", { do: "cancelSignIn" }), line, openApp];
    case "needs-sign-in":
      return [text("The sign-in has ended. Calls are refused."), click("Sign in…", { do: "signIn" }), line, openApp];
    case "signed-in":
      return state.gateway.link === "online" ? online(state) : offline(state);
    default:
      return session satisfies never;
  }
}

function online(state: ConsoleState): MenuTemplate {
  const waiting = waitingFor(state);
  const requests = waiting.slice(0, longestList).map((approval) => request(approval, state));
  const more = waiting.length - requests.length;
  return [
    text(requestsWait(waiting.length)),
    ...requests,
    ...(more > 0 ? [text(`and ${more} more in the inbox`)] : []),
    openInbox,
    ...(state.ledger === null ? [] : [text("The gateway's ledger does not check out: see the window")]),
    line,
    ...addresses(state, waiting.length === 0 ? addressesAtHand : 0),
  ];
}

function offline(state: ConsoleState): MenuTemplate {
  const { link, sinceMs, nextTryAtMs } = state.gateway;
  const next = nextTryAtMs === null ? "" : ` (next try ${localTime(nextTryAtMs)})`;
  const head =
    link === "connecting"
      ? [text("Connecting to the gateway")]
      : [text(`Gateway not reached since ${localTime(sinceMs)}`), click(`Try now${next}`, { do: "retry" })];
  return [...head, line, openInbox, ...addresses(state, 0)];
}

function request(approval: ApprovalView, state: ConsoleState): MenuItem {
  const what = `${name(approval.tool)} on ${name(approval.connection)}`;
  const label = `${riskMarks[approval.risk]}: ${what}, denied at ${clockTime(approval.expiresAtMs, state)}`;
  return click(label, { do: "openRequest", approval: approval.id });
}

/** Shape and word: the shape alone is not read by everybody, and menus have no colour. */
const riskMarks: Readonly<Record<Risk, string>> = {
  low: "○ Low",
  medium: "◇ Medium",
  high: "▲ High",
  critical: "⯃ Critical",
};

function addresses(state: ConsoleState, atHand: number): MenuTemplate {
  if (state.tunnel.state === "failed") return [text("MCP clients cannot connect: the local address did not open")];
  const known = state.connections.filter((connection) => connection.url !== null);
  if (known.length === 0) return [text("No connections to copy the address of")];
  const first = known.slice(0, atHand).map((connection) => copyAddress("Copy address of ", connection.name));
  if (known.length <= atHand) return first;
  const items = known.map((connection) => copyAddress("", connection.name));
  return [...first, { kind: "menu", label: atHand === 0 ? "Copy address" : "All connections", items }];
}

function copyAddress(before: string, connection: string): MenuItem {
  return click(`${before}${name(connection)}`, { do: "copyAddress", connection });
}

function settingItems({ session }: ConsoleState, { notifications, startAtLogin }: MenuChoices): MenuTemplate {
  const items: MenuItem[] = [];
  if (session.state === "signed-in") {
    items.push(text(`Signed in as ${name(session.account.name)}`), click("Sign out", { do: "signOut" }));
  }
  items.push(check("Notifications", notifications, "setNotifications"));
  if (startAtLogin !== null) items.push(check("Start at login", startAtLogin, "setStartAtLogin"));
  return items;
}

const openApp = click("Open Countersign", { do: "open" });
const openInbox = click("Open inbox", { do: "open" });

function text(label: string): MenuItem {
  return { kind: "text", label };
}

function click(label: string, action: TrayAction): MenuItem {
  return { kind: "click", label, action };
}

function check(label: string, on: boolean, setting: "setNotifications" | "setStartAtLogin"): MenuItem {
  return { kind: "check", label, on, action: { do: setting, on: !on } };
}

/** A name from outside on one line of a menu; its full form stands in the window that the item opens. */
function name(text: string): string {
  return visibleLine(text, longestName);
}
