import type { ApprovalView } from "../shared/approval.ts";
import type { ConsoleState } from "../shared/console.ts";
import type { DesktopView } from "../shared/desktop.ts";
import { pauseLengths } from "../shared/pause-lengths.ts";
import { visibleLine } from "../shared/visible.ts";
import { trafficLines } from "./tray-traffic.ts";
import { clockTime, localTime, waitingFor } from "./tray-state.ts";
import { requestsWait, tray as words } from "./words/tray.ts";

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
  return [...situation(state), line, ...settingItems(state, choices), click(words.quit, { do: "quit" })];
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
      // No profile is open: there is nowhere to sign in yet.
      if (state.gateway.origin === "") return [text(words.noGateway), click(words.addGateway, { do: "open" })];
      return [text(words.signedOut), click(words.signIn, { do: "signIn" }), line, openApp];
    case "signing-in":
      return [text(words.signingIn), click(words.cancelSignIn, { do: "cancelSignIn" }), line, openApp];
    case "needs-sign-in":
      return [text(words.signInEnded), click(words.signIn, { do: "signIn" }), line, openApp];
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
    ...(more > 0 ? [text(words.more(more))] : []),
    openInbox,
    ...(state.ledger === null ? [] : [text(words.ledger)]),
    line,
    ...addresses(state, atRest ? addressesAtHand : 0),
    ...trafficMenu(state),
    ...(atRest && state.tunnel.state === "open" ? [line, click(words.setUpClient, { do: "setUpClient" })] : []),
  ];
}

function paused({ pause }: ConsoleState): MenuTemplate {
  if (pause === null) return [];
  const until = pause.untilMs === null ? null : localTime(pause.untilMs);
  return [text(words.paused(until)), click(words.resume, { do: "resume" }), line];
}

function pauseMenu({ pause, tunnel }: ConsoleState): MenuTemplate {
  if (pause !== null || tunnel.state !== "open") return [];
  const items = pauseLengths.map((forMinutes) => click(words.pauseFor[`${forMinutes}`], { do: "pause", forMinutes }));
  return [{ kind: "menu", label: words.pause, items }];
}

function offline(state: ConsoleState): MenuTemplate {
  const { link, sinceMs, nextTryAtMs } = state.gateway;
  const next = nextTryAtMs === null ? null : localTime(nextTryAtMs);
  const head =
    link === "connecting"
      ? [text(words.connecting)]
      : [text(words.notReached(localTime(sinceMs))), click(words.tryNow(next), { do: "retry" })];
  const why = click(words.findOutWhy, { do: "findOutWhy" });
  return [...head, why, line, openInbox, ...addresses(state, 0), ...trafficMenu(state)];
}

function request(approval: ApprovalView, state: ConsoleState): MenuItem {
  const until = clockTime(approval.expiresAtMs, state);
  const label = words.request(words.risk[approval.risk], name(approval.tool), name(approval.connection), until);
  return click(label, { do: "openRequest", approval: approval.id });
}

function addresses(state: ConsoleState, atHand: number): MenuTemplate {
  if (state.tunnel.state === "failed") return [text(words.noTunnel), click(words.whatToDo, { do: "findOutWhy" })];
  const known = state.connections.filter((connection) => connection.url !== null);
  if (known.length === 0) return [text(words.noConnections)];
  const first = known
    .slice(0, atHand)
    .map((connection) => copyAddress(words.copyAddressOf(name(connection.name)), connection.name));
  if (known.length <= atHand) return first;
  const items = known.map((connection) => copyAddress(name(connection.name), connection.name));
  return [...first, { kind: "menu", label: atHand === 0 ? words.copyAddress : words.allConnections, items }];
}

function trafficMenu(state: ConsoleState): MenuTemplate {
  const items = trafficLines(state).flatMap((lines, at) => [...(at === 0 ? [] : [line]), ...lines.map(text)]);
  if (items.length === 0) return [];
  return [{ kind: "menu", label: words.trafficSince(localTime(state.traffic.sinceMs)), items }];
}

function copyAddress(label: string, connection: string): MenuItem {
  return click(label, { do: "copyAddress", connection });
}

function settingItems(
  { session }: ConsoleState,
  { notifications, quietHours, startAtLogin }: MenuChoices,
): MenuTemplate {
  const { on, from, to } = quietHours;
  const items = [
    check(words.notifications, notifications, "setNotifications"),
    check(words.quietHours(from, to), on, "setQuietHours"),
    ...(startAtLogin === null ? [] : [check(words.startAtLogin, startAtLogin, "setStartAtLogin")]),
    click(words.testNotifications, { do: "testNotification" }),
    click(words.allSettings, { do: "openSettings" }),
  ];
  const account =
    session.state === "signed-in"
      ? [text(words.signedInAs(name(session.account.name))), click(words.signOut, { do: "signOut" })]
      : [];
  return [...account, { kind: "menu", label: words.settings, items }];
}

const openApp = click(words.openApp, { do: "open" });
const openInbox = click(words.openInbox, { do: "open" });

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
