import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { ConsoleState } from "../../src/shared/console.ts";
import { stateWith } from "./fake-client.ts";
import { stageNotifications, words, type Stages } from "./notification-stage.ts";

let stages: Stages;
beforeAll(async () => {
  stages = await stageNotifications();
});
afterEach(() => stages.clear());
afterAll(() => stages.electron.close());

const account = { id: "demo:2", kind: "user" as const, name: "A.", groups: [] };
const signedIn = (ends?: { readonly atMs: number; readonly minutes: 10 | 1 }): ConsoleState =>
  stateWith({ session: { state: "signed-in", account, device: "d", ...(ends && { ends }) } });
const needed = stateWith({
  session: { state: "needs-sign-in", account, error: { code: "reauthentication_needed", message: "Over." } },
});

test("a session that ends is told of ten minutes and one minute before, each once, and no more once it goes on", () => {
  const { notifications, standing, opened } = stages.open("linux", false);
  const atMs = Date.now() + 600_000;
  for (const _twice of [1, 2]) notifications.follow(signedIn({ atMs, minutes: 10 }));
  expect(standing().map(words)).toMatchObject([{ title: "Your sign-in ends in ten minutes" }]);
  notifications.follow(signedIn({ atMs, minutes: 1 }));
  expect(standing().map(words)).toMatchObject([{ title: "Your sign-in ends in a minute" }]);
  standing()[0]?.emit("click");
  expect(opened).toEqual([null]);
  notifications.follow(signedIn({ atMs, minutes: 1 }));
  expect(standing()).toEqual([]);
  notifications.follow(needed);
  expect(standing().map(words)).toMatchObject([{ title: "Sign in again" }]);
  notifications.follow(signedIn());
  expect(standing()).toEqual([]);
});

test("it names nobody", () => {
  const { notifications, standing } = stages.open("linux", false);
  notifications.follow(needed);
  expect(JSON.stringify(standing().map(words))).not.toContain(account.name);
});

test("calls that wait for a sign-in are told of once, whatever their number, without a name on a locked screen, and no more after it", () => {
  const { notifications, standing, opened } = stages.open("linux", false);
  const asked = { rule: "deleting", asks: "", connection: "crm", name: "delete_customer", client: "c1", sinceMs: 0 };
  const waiting = (calls: number): ConsoleState => ({ ...signedIn(), signInAsked: { ...asked, calls } });
  for (const calls of [1, 2, 3]) notifications.follow(waiting(calls));
  expect(standing().map(words)).toMatchObject([{ title: "A call waits for your sign-in" }]);
  expect(JSON.stringify(standing().map(words))).toContain("delete_customer on crm");
  stages.electron.desktop.powerMonitor.emit("lock-screen");
  expect(JSON.stringify(standing().map(words))).not.toContain("delete_customer");
  stages.electron.desktop.powerMonitor.emit("unlock-screen");
  standing()[0]?.emit("click");
  expect(opened).toEqual([null]);
  notifications.follow(signedIn());
  expect(standing()).toEqual([]);
});
