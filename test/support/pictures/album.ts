import type { ViewName } from "./views.ts";

/** The pictures of docs/screens.md: by screen, each scene with a sentence and the views it is kept in. */
export interface Shot {
  readonly scene: string;
  readonly says: string;
  readonly views: readonly ViewName[];
}
export interface Screen {
  readonly title: string;
  readonly shots: readonly Shot[];
}

const main = ["light", "dark", "light-2x", "dark-narrow", "light-wide"] as const;
const mainToo = ["light", "dark", "dark-2x", "light-narrow", "dark-wide"] as const;
const everyWay = [
  ...main,
  "dark-2x",
  "light-narrow",
  "dark-wide",
  "light-contrast",
  "dark-contrast",
  "forced",
  "zoomed",
] as const;

function light(scene: string, says: string): Shot {
  return { scene, says, views: ["light"] };
}
function dark(scene: string, says: string): Shot {
  return { scene, says, views: ["dark"] };
}

export const album: readonly Screen[] = [
  {
    title: "Inbox",
    shots: [
      {
        scene: "inbox",
        says: "What waits, soonest expiry first, and one request of high risk with its masked payload; approving it needs a reason.",
        views: everyWay,
      },
      dark("inbox-thousands", "Ten thousand requests: only the rows near the screen are drawn."),
      light("inbox-few", "Two requests, of which the first is of medium risk: one press approves it."),
      dark("inbox-filters", "Filters are open, and requests that others decide are shown too."),
      light("inbox-none-found", "Nothing matches the filters; the request that was being read stays."),
      dark("inbox-held", "Under the pointer nothing moves: what has ended is greyed, what is new waits at the end."),
      light("inbox-not-mine", "What waits is for others to decide."),
      light("inbox-looked-at", "Who else has the request open now is named."),
      dark("empty", "Nothing waits."),
    ],
  },
  {
    title: "A request",
    shots: [
      light("low", "Low risk, from a service: a reason is optional."),
      dark("medium", "Medium risk, with a value of several lines, which stand apart from the fields."),
      light("inbox-text", "The payload as text, as it is copied; a reason makes the request approvable."),
      dark("unfolded", "A long value unfolded, and the legend of what was masked."),
      light(
        "hostile",
        "Hidden characters are shown by code point, a long name is folded with its length, markup is text.",
      ),
      dark("context", "How often before, how close together, and how much differs from the last approved call."),
      light("context-changes", "The differences, field by field."),
      dark("context-first", "Look-alike letters of another script are marked."),
      light("quorum", "The second of two steps: the meter says how far it is, the line what the click does."),
      dark("quorum-decided", "Approved by the reader already; others are missing."),
    ],
  },
  {
    title: "A critical request",
    shots: [
      {
        scene: "critical-number",
        says: "Number matching: approving needs a reason and the number that only the requester's console shows.",
        views: mainToo,
      },
      light("critical-ready", "Both are there."),
      dark("critical-locked", "Three wrong numbers denied it."),
    ],
  },
  {
    title: "Decisions",
    shots: [
      light("denying", "A denial can be undone for five seconds."),
      dark("deny-all", "All that the list shows, with one reason."),
      light("denying-all", "One band undoes them all."),
      dark("equal", "Equal requests of low risk are approved together, each signed by itself."),
      light("granting", "Later calls are allowed beside this one; the sentence says which."),
      dark("granting-fault", "A beginning that would allow too much is refused, and it says why."),
      light("refused", "The gateway refused the decision: what happened, what it means, what to do."),
    ],
  },
  {
    title: "What became of it",
    shots: [
      light("approved", "Approved, and not yet run: until when the identical call runs."),
      dark("context-answer", "The call ran, and what the server answered, masked."),
      light("failed", "The call failed."),
      dark("unknown", "Nobody knows whether the call took effect."),
      light("denied", "Denied, with the reason."),
      dark("expired", "Nobody decided in time."),
      light("withdrawn", "The requester withdrew it."),
    ],
  },
  {
    title: "My requests",
    shots: [
      {
        scene: "own-number",
        says: "The requester's side of a critical request: the number, what to do next, and who can decide.",
        views: main,
      },
      dark("requests-waiting", "Withdrawing asks once more, and says what would be lost."),
      light("requests-ended", "A denied request: who, why, and what next."),
      dark("requests-empty", "None of one's calls is held."),
    ],
  },
  {
    title: "History",
    shots: [
      {
        scene: "history",
        says: "One's own decisions, with fourteen days in figures, and one of them whole with its entries in the ledger.",
        views: [...mainToo, "forced", "zoomed"],
      },
      light("history-requests", "One's own requests."),
      dark("history-empty", "Nothing yet."),
      light("history-failed", "The history could not be read."),
    ],
  },
  {
    title: "Grants",
    shots: [
      {
        scene: "grants",
        says: "Permissions that live: who, which call, bound to what, how often, until when.",
        views: main,
      },
      dark("grants-revoking", "Revoking asks once more; ended ones are shown too."),
      light("grants-empty", "No grant lives."),
    ],
  },
  {
    title: "Connections",
    shots: [
      {
        scene: "connections-busy",
        says: "Where MCP clients of this computer reach each connection, how each client stands, and what went through.",
        views: mainToo,
      },
      light("connections", "No client's file was written yet."),
      light("connections-none", "No connection is allowed, and no client has a token."),
      light(
        "clients-set-up",
        "The exact change to a client's file before it is written, and servers that go around the gateway.",
      ),
      dark("clients-written", "The file is written, and can be undone."),
      light("clients-refused", "A file that can't be read is left as it is, with line and column."),
      dark("clients-none", "No MCP client was found on this computer."),
      light("clients-unread", "The clients' files could not be read."),
      dark("paused", "Calls are paused on this computer."),
    ],
  },
  {
    title: "Search, sessions and activity, for auditors",
    shots: [
      {
        scene: "search",
        says: "Entries that fit words, filters and a time; one of them whole, with all of its call.",
        views: ["light", "dark"],
      },
      {
        scene: "sessions",
        says: "What one MCP client did, replayed: its calls to scale, moment by moment, and who denied one of them and why.",
        views: ["light", "dark"],
      },
      {
        scene: "activity",
        says: "Calls, holds, denials and masked fields by day, against the days before; each bar and figure opens its entries.",
        views: ["light", "dark"],
      },
    ],
  },
  {
    title: "Settings",
    shots: [
      {
        scene: "settings",
        says: "What the tray app does on this computer, with quiet hours and a test of notifications.",
        views: main,
      },
      dark("settings-bare", "A desktop without a tray, not installed, where the test failed."),
      light("settings-signed-out", "Settings are there before signing in."),
    ],
  },
  {
    title: "Gateways",
    shots: [
      light("gateway-first", "The first start: a gateway's address is all that is asked for."),
      dark("gateway-confirm", "What the gateway says of itself is confirmed once, and pinned."),
      light("gateways", "Several gateways and accounts side by side."),
      light("gateway-removal", "What goes with a gateway is listed before it goes."),
      light("gateway-changed", "A gateway that names another provider than the pinned one gets no token."),
    ],
  },
  {
    title: "Signing in",
    shots: [
      { scene: "signed-out", says: "Signed out: calls are refused until then.", views: mainToo },
      light("sign-in-failed", "The gateway takes no one of that tenant."),
      dark("signing-in", "The browser is open; the address can be copied."),
      light("needs-sign-in", "The session has ended: what was known stays readable."),
      light("sign-in-asked", "Calls wait for a fresh sign-in, which a rule asks for: nothing opens before a press."),
      dark("account", "Who is signed in, on which device."),
      light("device-asks", "A second device asks, on the first, to be let decide."),
      dark("device-waits", "The second device until then: it shows what waits and decides nothing."),
      light("device-waits-alone", "Where no other device is left that could let it: what an administrator has to run."),
    ],
  },
  {
    title: "Links and notices",
    shots: [
      dark("loading", "Before the first state, in the shape of what comes."),
      light("offline", "The gateway is not reached: what was known stays readable, decisions wait."),
      dark("lost", "The page lost its link to the app."),
      light("ended", "The link of a headless console is spent."),
      dark("ledger", "The gateway's ledger contradicts what it showed before."),
      light("bands", "All that can be wrong at once."),
      dark("help", "The keys that work now."),
      light("notified-held", "A decision from a notification can be undone before it is sent."),
      dark("notified-failed", "A decision from a notification that was not recorded."),
    ],
  },
];
