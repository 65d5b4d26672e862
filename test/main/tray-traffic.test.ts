import { expect, test } from "vitest";
import { menuFor } from "../../src/main/tray-menu.ts";
import { isTrafficAlone } from "../../src/main/tray-traffic.ts";
import { approvalWith, stateWith } from "./fake-client.ts";

const quietHours = { on: false, from: "22:00", to: "07:00" };
const choices = { notifications: true, quietHours, startAtLogin: false };
const connection = (name: string) =>
  ({
    name,
    title: null,
    transport: "http",
    state: "ready",
    server: null,
    url: `http://127.0.0.1:7878/mcp/${name}`,
  }) as const;
const line = { client: "c1", connection: "crm", calls: 12, errors: 0, lastAtMs: 5 };
const traffic = {
  sinceMs: new Date(2099, 0, 1, 9, 12).getTime(),
  lines: [line, { ...line, client: "c2", calls: 2, errors: 1 }],
  troubles: [],
};

const trouble = {
  id: 1,
  client: "c1",
  connection: "crm",
  code: "gateway_unreachable",
  message: "The gateway cannot be reached: check the network.",
  times: 3,
  atMs: traffic.sinceMs,
} as const;
const text = (label: string) => ({ kind: "text", label });
const troubles = [
  trouble,
  {
    ...trouble,
    client: "c9",
    connection: "files",
    times: 1,
    message: "The gateway does not accept your sign-in: sign in again.",
  },
  { ...trouble, client: null, connection: null, times: 1, message: "This client token is not known here." },
];

test("the menu says what went to each connection from each client, what is held there and how, and the last errors with their cure", () => {
  const mine = { relation: "requester", connection: "files", tool: "write_file" } as const;
  const state = stateWith({
    connections: [connection("crm"), connection("files"), connection("memory")],
    clients: [
      { id: "c1", name: "Cursor", createdAtMs: 0, lastUsedAtMs: 1 },
      { id: "c3", name: "notes", createdAtMs: 0, lastUsedAtMs: 1, unverified: true },
    ],
    approvals: [
      approvalWith({ ...mine, id: "a1", via: "Cursor", expiresAtMs: traffic.sinceMs }),
      approvalWith({ ...mine, id: "a2", via: "notes (stdio, unverified)", state: "approved" }),
      approvalWith({ ...mine, id: "a3", via: "Cursor", state: "claimed" }),
      approvalWith({ ...mine, id: "a4", via: "gone", state: "denied" }),
      approvalWith({ ...mine, id: "a5", relation: "approver" }),
    ],
    traffic: { ...traffic, troubles },
  });
  expect(menuFor(state, choices)).toContainEqual({
    kind: "menu",
    label: "Calls since 09:12",
    items: [
      text("crm: 14 calls, 1 error"),
      text("files: 0 calls, 3 held"),
      { kind: "line" },
      text("Cursor on crm: 12 calls"),
      text("Cursor on files: 0 calls, 2 held"),
      text("notes on files: 0 calls, 1 held"),
      { kind: "line" },
      text("write_file on files by Cursor: waits, denied at 09:12"),
      text("write_file on files by notes: approved, runs when it is called again"),
      text("write_file on files by Cursor: running"),
      { kind: "line" },
      text("09:12 Cursor on crm (3 times): The gateway cannot be reached: check the network."),
      text("09:12 a client that is gone on files: The gateway does not accept your sign-in: sign in again."),
      text("09:12 an unknown program: This client token is not known here."),
    ],
  });
});

test("a group of the menu's is short, and says how much more there is", () => {
  const state = stateWith({
    connections: [connection("crm")],
    traffic: { ...traffic, troubles: Array.from({ length: 9 }, (_, id) => ({ ...trouble, id })) },
  });
  const [menu] = menuFor(state, choices).filter(({ kind }) => kind === "menu");
  const labels = menu?.kind === "menu" ? menu.items.map((each) => (each.kind === "text" ? each.label : "")) : [];
  expect(labels.length).toBe(1 + 1 + 6 + 1);
  expect(labels.at(-1)).toBe("and 3 more in the window");
});

test("numbers alone are no reason to build the menu anew at once", () => {
  const before = stateWith({ connections: [connection("crm")] });
  const after = { ...before, connections: [connection("crm")], traffic };
  expect(isTrafficAlone(before, after)).toBe(true);
  expect(isTrafficAlone(before, { ...after, approvals: [] })).toBe(false);
  expect(isTrafficAlone(before, { ...after, connections: [] })).toBe(false);
  expect(isTrafficAlone(before, before)).toBe(false);
});
