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

test("the menu says what went to each connection, and what is held there", () => {
  const state = stateWith({
    connections: [connection("crm"), connection("files"), connection("memory")],
    approvals: [approvalWith({ relation: "requester", connection: "files" })],
    traffic,
  });
  expect(menuFor(state, choices)).toContainEqual({
    kind: "menu",
    label: "Calls since 09:12",
    items: [
      { kind: "text", label: "crm: 14 calls, 1 error" },
      { kind: "text", label: "files: 0 calls, 1 held" },
    ],
  });
});

test("numbers alone are no reason to build the menu anew at once", () => {
  const before = stateWith({ connections: [connection("crm")] });
  const after = { ...before, connections: [connection("crm")], traffic };
  expect(isTrafficAlone(before, after)).toBe(true);
  expect(isTrafficAlone(before, { ...after, approvals: [] })).toBe(false);
  expect(isTrafficAlone(before, { ...after, connections: [] })).toBe(false);
  expect(isTrafficAlone(before, before)).toBe(false);
});
