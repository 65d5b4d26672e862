import { activity } from "./words/activity.ts";
import { around, clients, repairAll, setup, traffic } from "./words/clients.ts";
import { connections, tunnel } from "./words/connections.ts";
import { context } from "./words/context.ts";
import { devices } from "./words/devices.ts";
import { denyAll } from "./words/deny-all.ts";
import { decide, decided } from "./words/decisions.ts";
import { gateway } from "./words/gateway.ts";
import { gateways } from "./words/gateways.ts";
import { grant, grants } from "./words/grants.ts";
import { history } from "./words/history.ts";
import { inbox, quorum } from "./words/inbox.ts";
import { number } from "./words/number.ts";
import { claims, payload, request } from "./words/request.ts";
import { requests } from "./words/requests.ts";
import { search } from "./words/search.ts";
import { sessions } from "./words/sessions.ts";
import { signInAsked } from "./words/sign-in-asked.ts";
import { settings } from "./words/settings.ts";
import { told } from "./words/told.ts";
import { together } from "./words/together.ts";

/** Every word of ours that a page shows, but for what went wrong (wording.ts). */
export const words = {
  title: (waiting: number) => (waiting === 0 ? "Countersign" : `(${waiting}) Countersign`),
  tabs: {
    label: "Pages",
    inbox: "Inbox",
    requests: "My requests",
    connections: "Connections",
    history: "History",
    grants: "Grants",
    search: "Search",
    activity: "Activity",
    sessions: "Sessions",
    audit: "Audit",
    settings: "Settings",
    gateways: "Gateways",
    signIn: "Sign in",
  },
  link: {
    online: "Connected",
    connecting: "Connecting",
    offline: "Offline",
    signedOut: "Signed out",
    signingIn: "Signing in",
    lost: "Not reached",
  },
  mark: { filled: "Calls flow", hollow: "Calls do not flow", struck: "Offline" },
  account: (name: string) => `Account of ${name}`,
  accountGroups: "Groups",
  accountDevice: "Device",
  noGroups: "none",
  accountSecrets: "Secrets",
  secrets: {
    keychain: "sealed by this computer’s key store",
    keyring: "sealed by a key in this computer’s keyring",
    environment: "sealed by a key given at its start",
    memory: "in memory alone: a restart asks for a new sign-in",
  },
  devices,
  signOut: "Sign out",
  risk: { low: "Low", medium: "Medium", high: "High", critical: "Critical" },
  quote: (text: string) => `“${text}”`,

  notices: "Notices",
  offline: {
    since: (time: string) => `Gateway not reached since ${time}.`,
    next: (seconds: number) => ` Next try in ${seconds} s.`,
    trying: " Trying now.",
    tryNow: "Try now",
    findOut: "Find out why",
    lost: "This page lost its link to Countersign and tries again. What was known stays readable; decisions wait.",
    seen: (time: string) => `As last seen at ${time}. It still expires at the gateway.`,
  },
  pause: {
    open: "Calls are paused on this computer. They are refused until you resume them.",
    until: (time: string) => `Calls are paused on this computer until ${time}. Until then they are refused.`,
    pause: "Pause calls",
    lengths: { "15": "For 15 minutes", "60": "For an hour", null: "Until resumed" },
    resume: "Resume",
  },
  ended: {
    title: "This console’s link has ended",
    why: "A link opens the console once, in one page, while Countersign runs. A reload needs a new one.",
    howRun: "Run",
    howCommand: "countersign console",
    howThen: "for a new link (in the demo, press Enter in its terminal), or start the app again.",
  },
  failed: {
    title: "This page stopped",
    why: "It met something that it cannot draw. Nothing was decided. Open the console again.",
  },
  loading: "Loading requests",

  signIn: {
    title: "Sign in to Countersign",
    before: "You sign in with a browser, at ",
    after: ". Until then, calls from your MCP clients are refused.",
    button: "Sign in",
    again: "Sign in again",
    openTitle: "Finish in your browser",
    opened: "Sign in on the provider’s page. This one goes on by itself once you are done there.",
    opens: "Open your sign-in provider’s page. This one goes on by itself once you are done there.",
    go: "Open the sign-in page",
    otherBrowser: "Or open this address in another browser on this computer:",
    preparing: "Asking the sign-in provider where to go.",
    noBrowser: "If that page did not open by itself, open this address on this computer:",
    copy: "Copy address",
    code: "Enter this code there, and no other:",
    cancel: "Cancel",
    ended: "Not signed in.",
    ends: (at: string) =>
      `Your sign-in ends at ${at} and can’t be renewed by itself. Calls go on while you sign in again.`,
  },
  signInAsked,
  signedOut: {
    here: "You are signed out. Nothing of your session is kept on this computer.",
    kept: "You are signed out, but something of your session is still in this computer’s key store. Sign out once more.",
    gateway: {
      ended: "The gateway has ended it.",
      failed: "The gateway could not be asked to end it: there it runs out within minutes.",
      none: "",
    },
    provider: {
      revoked: "The sign-in provider revoked it: it was tried, and refused.",
      unsupported: "This kind of sign-in can’t be revoked from here: it ends at the provider by its own time.",
      failed: "The sign-in provider could not be asked to revoke it: it ends there by its own time.",
      none: "",
    },
    browser: "Your browser may still be signed in there. To end that, open this address:",
  },
  copy: { copy: "Copy", copied: "Copied", failed: "Not copied: select it", json: "Copy JSON" },
  inbox,
  request,
  claims,
  context,
  payload,
  quorum,
  decide,
  number,
  denyAll,
  together,
  grant,
  grants,
  decided,
  requests,
  history,
  search,
  activity,
  sessions,
  gateway,
  gateways,
  connections,
  repairAll,
  tunnel,
  settings,
  told,
  clients,
  setup,
  around,
  traffic,
  help: {
    title: "Keys that work now",
    close: "Close",
    field:
      "No single key acts while a field has focus. High risk takes a reason before its key works; critical has none.",
    hint: { move: "move", reason: "reason", all: "all keys" },
    keys: [
      { on: "j", keys: ["J"], does: "Next request, or moment of a session" },
      { on: "k", keys: ["K"], does: "Previous request, or moment of a session" },
      { on: " ", keys: ["Space"], does: "Play a session, or pause it" },
      { on: "enter", keys: ["Enter"], does: "Open the request" },
      { on: "/", keys: ["/"], does: "Search" },
      { on: "r", keys: ["R"], does: "Write a reason" },
      { on: "d", keys: ["D"], does: "Deny, with five seconds to undo" },
      { on: "a", keys: ["A"], does: "Approve, low and medium risk" },
      { on: "ctrl+enter", keys: ["Ctrl", "Enter"], does: "Approve, in the reason’s field too" },
      { on: "escape", keys: ["Esc"], does: "Leave a field, or go back to the list" },
      { on: "?", keys: ["?"], does: "This list" },
    ],
  },
} as const;
