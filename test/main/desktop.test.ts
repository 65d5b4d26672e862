import { afterAll, beforeAll, expect, test } from "vitest";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";
import { noDesktop } from "./fake-client.ts";

let electron: StandIn;
beforeAll(async () => {
  electron = await installElectron();
});
afterAll(() => electron.close());

test("changes what was named and nothing else, and tells of it", async () => {
  const { createDesktop } = await import("../../src/main/desktop.ts");
  const { openSettings } = await import("../../src/main/settings.ts");
  const settings = openSettings();
  const told: unknown[] = [];
  const applied: boolean[] = [];
  const system: { state: "on" | "off" | "held" } = { state: "off" };
  const tests: ((outcome: "clicked") => void)[] = [];
  const desktop = createDesktop({
    settings,
    startAtLogin: {
      offered: true,
      state: () => system.state,
      apply: (on) => {
        applied.push(on);
        system.state = on ? "on" : "off";
      },
      refresh: () => undefined,
    },
    notifications: () => ({ test: (done) => void tests.push(done), taken: () => true }),
    decisions: () => ({ view: () => [], drop: () => undefined }),
    vouched: () => false,
    hasTray: () => true,
    profiles: { view: () => null, answers: noDesktop.answers },
    changed: () => void told.push(desktop.view()),
  });
  const before = desktop.view();
  desktop.answers["desktop.set"]({ notifications: false });
  expect(told).toEqual([{ ...before, notifications: false }]);
  desktop.answers["desktop.set"]({ startAtLogin: true, quietHours: { on: true, from: "20:00", to: "06:30" } });
  expect(applied).toEqual([true]);
  expect(openSettings().get()).toMatchObject({
    notifications: false,
    quietHours: { on: true, from: "20:00", to: "06:30" },
    hideExplained: false,
  });
  expect(desktop.view().startAtLogin).toBe(true);
  // What the person changes in the system's own settings counts, once it is looked at again.
  system.state = "held";
  told.length = 0;
  desktop.lookAgain();
  desktop.lookAgain();
  expect(told).toMatchObject([{ startAtLogin: false, startHeld: true }]);
  desktop.answers["desktop.testNotification"]({});
  expect(desktop.view().test).toBe("waiting");
  tests[0]?.("clicked");
  expect(desktop.view().test).toBe("clicked");
});
