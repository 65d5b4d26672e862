import { expect, test } from "vitest";
import type { ConsoleState } from "../../src/shared/console.ts";
import { menuFor, type MenuTemplate } from "../../src/main/tray-menu.ts";
import { glyphName, panelLook, trayGlyph } from "../../src/main/tray-state.ts";
import { approvalWith, stateWith } from "./fake-client.ts";

const quietHours = { on: false, from: "22:00", to: "07:00" };
const choices = { notifications: true, quietHours, startAtLogin: false };
const at = (hours: number, minutes: number): number => new Date(2099, 0, 1, hours, minutes).getTime();
const gateway = stateWith().gateway;
const account = { id: "demo:2", kind: "user", name: "A.", groups: [] } as const;

/** A menu as lines of text: `-` a separator, `(…)` not to be clicked, `[x]` a check, `>` inside a submenu. */
function lines(template: MenuTemplate): readonly string[] {
  return template.flatMap((item) => {
    switch (item.kind) {
      case "line":
        return ["-"];
      case "text":
        return [`(${item.label})`];
      case "click":
        return [item.label];
      case "check":
        return [`[${item.on ? "x" : " "}] ${item.label}`];
      case "menu":
        return [item.label, ...lines(item.items).map((line) => `> ${line}`)];
      default:
        return item satisfies never;
    }
  });
}

function connections(...names: readonly string[]): ConsoleState["connections"] {
  return names.map((name) => ({
    name,
    title: null,
    transport: "http",
    server: null,
    state: "ready",
    url: `http://127.0.0.1:1/mcp/${name}`,
  }));
}

const end = [
  "Settings",
  "> [x] Notifications",
  "> [ ] Quiet hours, 22:00 to 07:00",
  "> [ ] Start at login",
  "> Test notifications",
  "> All settings…",
  "Quit Countersign",
];
const pause = ["Pause", "> For 15 minutes", "> For an hour", "> Until resumed"];
const signedIn = ["(Signed in as A.)", "Sign out", ...end];
const cases: readonly [name: string, state: ConsoleState, glyph: string, expected: readonly string[]][] = [
  [
    "signed out",
    stateWith({ session: { state: "signed-out", error: null } }),
    "signed-out",
    ["(Signed out. Calls are refused.)", "Sign in…", "-", "Open Countersign", "-", ...end],
  ],
  [
    "signing in",
    stateWith({ session: { state: "signing-in", url: null } }),
    "signed-out",
    ["(Finish signing in in the browser)", "Cancel sign-in", "-", "Open Countersign", "-", ...end],
  ],
  [
    "signed out by an ended sign-in, whatever waits",
    stateWith({
      session: {
        state: "needs-sign-in",
        account: { ...account, groups: [] },
        error: { code: "reauthentication_needed", message: "" },
      },
      approvals: [approvalWith()],
    }),
    "signed-out",
    ["(The sign-in has ended. Calls are refused.)", "Sign in…", "-", "Open Countersign", "-", ...end],
  ],
  [
    "connected, with few connections",
    stateWith({ connections: connections("files", "crm") }),
    "connected",
    [
      "(No requests wait)",
      "Open inbox",
      "-",
      "Copy address of files",
      "Copy address of crm",
      "-",
      "Set up a client",
      ...pause,
      "-",
      ...signedIn,
    ],
  ],
  [
    "connected, with many connections",
    stateWith({ connections: connections("a", "b", "c", "d") }),
    "connected",
    [
      "(No requests wait)",
      "Open inbox",
      "-",
      "Copy address of a",
      "Copy address of b",
      "Copy address of c",
      "All connections",
      "> a",
      "> b",
      "> c",
      "> d",
      "-",
      "Set up a client",
      ...pause,
      "-",
      ...signedIn,
    ],
  ],
  [
    "attention: the first to run out stands first, the person's own and decided ones do not count",
    stateWith({
      connections: connections("files"),
      approvals: [
        approvalWith({ id: "late", tool: "read_file", expiresAtMs: at(14, 36) }),
        approvalWith({
          id: "soon",
          tool: "update_customer",
          connection: "crm-production",
          risk: "critical",
          expiresAtMs: at(14, 33),
        }),
        approvalWith({ id: "own", relation: "requester" }),
        approvalWith({ id: "seen", relation: "observer" }),
        approvalWith({ id: "done", state: "approved" }),
      ],
      traffic: { sinceMs: at(9, 12), lines: [], troubles: [] },
    }),
    "attention",
    [
      "(2 requests wait for you)",
      "⯃ Critical: update_customer on crm-production, denied at 14:33",
      "○ Low: read_file on reports-share, denied at 14:36",
      "Open inbox",
      "-",
      "Copy address",
      "> files",
      "Calls since 09:12",
      "> (read_file on reports-share: waits, denied at 14:36)",
      ...pause,
      "-",
      ...signedIn,
    ],
  ],
  [
    "offline",
    stateWith({
      gateway: { ...gateway, link: "offline", sinceMs: at(14, 28), nextTryAtMs: at(14, 33) },
      approvals: [approvalWith()],
    }),
    "offline",
    [
      "(Gateway not reached since 14:28)",
      "Try now (next try 14:33)",
      "Find out why",
      "-",
      "Open inbox",
      "(No connections to copy the address of)",
      ...pause,
      "-",
      ...signedIn,
    ],
  ],
  [
    "connecting, which is not yet connected",
    stateWith({ gateway: { ...gateway, link: "connecting" } }),
    "offline",
    [
      "(Connecting to the gateway)",
      "Find out why",
      "-",
      "Open inbox",
      "(No connections to copy the address of)",
      ...pause,
      "-",
      ...signedIn,
    ],
  ],
  [
    "paused for a time: the pause stands first, the requests still count, the glyph is hollow",
    stateWith({ pause: { untilMs: at(15, 0) }, connections: connections("files"), approvals: [approvalWith()] }),
    "paused",
    [
      "(Paused until 15:00. Calls are refused.)",
      "Resume",
      "-",
      "(1 request waits for you)",
      "○ Low: read_file on reports-share, denied at 14:36",
      "Open inbox",
      "-",
      "Copy address",
      "> files",
      "-",
      ...signedIn,
    ],
  ],
  [
    "paused until resumed, and offline",
    stateWith({ pause: { untilMs: null }, gateway: { ...gateway, link: "connecting" } }),
    "offline",
    [
      "(Paused. Calls are refused.)",
      "Resume",
      "-",
      "(Connecting to the gateway)",
      "Find out why",
      "-",
      "Open inbox",
      "(No connections to copy the address of)",
      "-",
      ...signedIn,
    ],
  ],
  [
    "connected without a tunnel, where there is nothing to pause",
    stateWith({ tunnel: { state: "closed" } }),
    "connected",
    ["(No requests wait)", "Open inbox", "-", "(No connections to copy the address of)", "-", ...signedIn],
  ],
];

test.each(cases)("the menu when %s", (_name, state, glyph, expected) => {
  expect(lines(menuFor(state, choices))).toEqual(expected);
  expect(trayGlyph(state)).toBe(glyph);
});

test("a request is named by its tool and connection, never by what it carries", () => {
  const text = JSON.stringify(menuFor(stateWith({ approvals: [approvalWith()] }), choices));
  expect(text).toContain("read_file on reports-share");
  expect(text).not.toContain("secret-name");
  expect(text).not.toContain("because");
});

test("the clock time is this machine's, though the end is the gateway's", () => {
  const late = { ...gateway, clockOffsetMs: 10 * 60_000 };
  const menu = lines(
    menuFor(stateWith({ gateway: late, approvals: [approvalWith({ expiresAtMs: at(14, 36) })] }), choices),
  );
  expect(menu[1]).toBe("○ Low: read_file on reports-share, denied at 14:26");
});

test("a name from outside cannot turn the text around, break the line or fill the screen", () => {
  const tool = `\u202Eelif_daer\n${"x".repeat(80)}`;
  const label = lines(menuFor(stateWith({ approvals: [approvalWith({ tool })] }), choices))[1];
  expect(label).toContain("⟨U+202E⟩elif_daer⟨U+000A⟩xxx");
  expect(label).toContain("… on reports-share");
});

test("more requests than a menu can hold are counted", () => {
  const approvals = Array.from({ length: 12 }, (_, index) => approvalWith({ id: `approval-${index}` }));
  const menu = lines(menuFor(stateWith({ approvals }), choices));
  expect(menu[0]).toBe("(12 requests wait for you)");
  expect(menu[10]).toBe("(and 3 more in the inbox)");
  expect(glyphName(stateWith({ approvals }))).toBe("attention-more");
});

test("a tunnel that did not open is said, with the way to what can be done", () => {
  const tunnel = { state: "failed", error: { code: "port_taken", message: "" } } as const;
  const menu = lines(menuFor(stateWith({ tunnel }), choices));
  const at = menu.indexOf("(MCP clients cannot connect: the local address did not open)");
  expect(at).toBeGreaterThan(0);
  expect(menu[at + 1]).toBe("See what to do");
});

test("start at login is offered only where the desktop has it", () => {
  const menu = lines(menuFor(stateWith(), { ...choices, notifications: false, startAtLogin: null }));
  expect(menu).toContain("> [ ] Notifications");
  expect(menu.join()).not.toContain("Start at login");
});

test.each([
  ["darwin", "", false, false, "template"],
  ["win32", "", false, true, "on-dark"],
  ["win32", "", true, false, "on-light"],
  ["linux", "ubuntu:GNOME", false, false, "on-dark"],
  ["linux", "KDE", false, false, "on-light"],
  ["linux", "KDE", true, false, "on-dark"],
] as const)("on %s %s the glyph is read on its panel", (platform, desktop, apps, panel, look) => {
  const theme = { shouldUseDarkColors: apps, shouldUseDarkColorsForSystemIntegratedUI: panel };
  expect(panelLook(platform, desktop, theme)).toBe(look);
});
