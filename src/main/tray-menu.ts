import type { ApprovalView, Risk } from "../shared/approval.ts";
import type { ConsoleState } from "../shared/console.ts";
import type { DesktopView } from "../shared/desktop.ts";
import { pauseLengths } from "../shared/pause-lengths.ts";
import { visibleLine } from "../shared/visible.ts";
import { clockTime, localTime, requestsWait, waitingFor } from "./tray-state.ts";

/** What a click in the tray's menu asks for. */
export type TrayAction =
  | { readonly do: "open" | "openSettings" | "signIn" | "cancelSignIn" | "signOut" | "retry" | "resume" | "quit" }
  | { readonly do: "testNotification" | "setUpClient" | "findOutWhy" }
  | { readonly do: "pause"; readonly forMinutes: number | null }
  | { readonly do: "openRequest"; readonly approval: string }
  | { readonly do: "copyAddress"; readonly connection: string }
  | { readonly do: "setNotifications" | "setQuietHours" | "setStartAtLogin"; readonly on: boolean };

export type MenuItem =
  | { readonly kind: "line" }
  | { readonly kind: "text"; readonly label: string }
  | { readonly kind: "click"; readonly label: string; readonly action: TrayAction }
  | { readonly kind: "check"; readonly label: string; readonly on: boolean; readonly action: TrayAction }
  | { readonly kind: "menu"; readonly label: string; readonly items: MenuTemplate };
export type MenuTemplate = readonly MenuItem[];

/** What the menu shows besides the state. */
export type MenuChoices = Pick<DesktopView, "notifications" | "quietHours" | "startAtLogin">;

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
      return [
        ...paused(state),
        ...(state.gateway.link === "online" ? online(state) : offline(state)),
        ...pauseMenu(state),
      ];
    default:
      return session satisfies never;
  }
}

function online(state: ConsoleState): MenuTemplate {
  const waiting = waitingFor(state);
  const requests = waiting.slice(0, longestList).map((approval) => request(approval, state));
  const more = waiting.length - requests.length;
  const atRest = waiting.length === 0 && state.pause === null;
  return [
    text(requestsWait(waiting.length)),
    ...requests,
    ...(more > 0 ? [text(`and ${more} more in the inbox`)] : []),
    openInbox,
    ...(state.ledger === null ? [] : [text("The gateway's ledger does not check out: see the window")]),
    line,
    ...addresses(state, atRest ? addressesAtHand : 0),
    ...(atRest && state.tunnel.state === "open" ? [line, click("Set up a client", { do: "setUpClient" })] : []),
  ];
}

function paused({ pause }: ConsoleState): MenuTemplate {
  if (pause === null) return [];
  const until = pause.untilMs === null ? "Paused" : `Paused until ${localTime(pause.untilMs)}`;
  return [text(`${until}. Calls are refused.`), click("Resume", { do: "resume" }), line];
}

function pauseMenu({ pause, tunnel }: ConsoleState): MenuTemplate {
  if (pause !== null || tunnel.state !== "open") return [];
  const items = pauseLengths.map((forMinutes) => click(pauseWords[`${forMinutes}`], { do: "pause", forMinutes }));
  return [{ kind: "menu", label: "Pause", items }];
}

const pauseWords = { "15": "For 15 minutes", "60": "For an hour", null: "Until resumed" } as const;

function offline(state: ConsoleState): MenuTemplate {
  const { link, sinceMs, nextTryAtMs } = state.gateway;
  const next = nextTryAtMs === null ? "" : ` (next try ${localTime(nextTryAtMs)})`;
  const head =
    link === "connecting"
      ? [text("Connecting to the gateway")]
      : [text(`Gateway not reached since ${localTime(sinceMs)}`), click(`Try now${next}`, { do: "retry" })];
  const why = click("Find out why", { do: "findOutWhy" });
  return [...head, why, line, openInbox, ...addresses(state, 0)];
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

function settingItems(
  { session }: ConsoleState,
  { notifications, quietHours, startAtLogin }: MenuChoices,
): MenuTemplate {
  const { on, from, to } = quietHours;
  const items = [
    check("Notifications", notifications, "setNotifications"),
    check(`Quiet hours, ${from} to ${to}`, on, "setQuietHours"),
    ...(startAtLogin === null ? [] : [check("Start at login", startAtLogin, "setStartAtLogin")]),
    click("Test notifications", { do: "testNotification" }),
    click("All settings…", { do: "openSettings" }),
  ];
  const account =
    session.state === "signed-in"
      ? [text(`Signed in as ${name(session.account.name)}`), click("Sign out", { do: "signOut" })]
      : [];
  return [...account, { kind: "menu", label: "Settings", items }];
}

const openApp = click("Open Countersign", { do: "open" });
const openInbox = click("Open inbox", { do: "open" });

function text(label: string): MenuItem {
  return { kind: "text", label };
}

function click(label: string, action: TrayAction): MenuItem {
  return { kind: "click", label, action };
}

function check(
  label: string,
  on: boolean,
  setting: "setNotifications" | "setQuietHours" | "setStartAtLogin",
): MenuItem {
  return { kind: "check", label, on, action: { do: setting, on: !on } };
}

/** A name from outside on one line of a menu; its full form stands in the window that the item opens. */
function name(text: string): string {
  return visibleLine(text, longestName);
}
