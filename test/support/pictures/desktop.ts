import type { Page } from "playwright-core";
import { bridgeCalls, desktopBridgeCalls } from "../../../src/shared/bridge.ts";
import type { ConsoleState } from "../../../src/shared/console.ts";
import type { DesktopView } from "../../../src/shared/desktop.ts";
import { fullInbox, signedIn } from "../console/states.ts";
import type { Scene } from "./scene.ts";

const usual: DesktopView = {
  notifications: true,
  quietHours: { on: true, from: "19:00", to: "07:30" },
  startAtLogin: true,
  startHeld: false,
  test: "clicked",
  notificationsTaken: true,
  decidesInNotifications: true,
  hasTray: true,
  decisions: [],
};
const bare: DesktopView = {
  notifications: false,
  quietHours: { on: false, from: "22:00", to: "07:00" },
  startAtLogin: null,
  startHeld: false,
  test: "failed",
  notificationsTaken: false,
  decidesInNotifications: false,
  hasTray: false,
  decisions: [],
};
const settings = (page: Page) => page.getByRole("button", { name: "Settings" }).click();

/** The pages as the tray app shows them: they find a preload, whose calls do nothing here. */
export const desktopScenes: readonly Scene[] = [
  scene("settings", signedIn(fullInbox(), { desktop: usual })),
  scene("settings-bare", signedIn([], { desktop: bare })),
  scene("notified-held", clickedInNotification("held"), null),
  scene("notified-failed", clickedInNotification("failed"), null),
  scene("settings-signed-out", signedIn([], { desktop: usual, session: { state: "signed-out", error: null } })),
];

/** A decision that was clicked in a notification: it can still be undone, or was not recorded. */
function clickedInNotification(step: "held" | "failed"): ConsoleState {
  const approvals = fullInbox();
  const clicked = approvals.find(({ risk }) => risk === "low");
  if (clicked === undefined) throw new Error("no request of low risk in the inbox");
  const of = { approval: clicked.id, tool: clicked.tool, connection: clicked.connection };
  const decision =
    step === "held"
      ? { step, ...of, verdict: "approve" as const, sendsAtMs: Date.now() + 4000 }
      : { step, ...of, verdict: "approve" as const, code: "decision_unanswered" as const };
  return signedIn(approvals, { desktop: { ...usual, decisions: [decision] } });
}

function scene(name: string, state: ConsoleState, act: Scene["act"] | null = settings): Scene {
  return {
    name,
    state,
    before: async (page) => void (await page.addInitScript({ content: preload(state) })),
    ...(act && { act }),
  };
}

/** A script that puts the preload's methods into the page. What is to be dropped is kept as `dropped`. */
function preload(state: ConsoleState): string {
  return `(() => {
    const whole = { kind: "whole", revision: 0, state: ${JSON.stringify(state)} };
    const nothing = () => Promise.resolve({ ok: true, value: null });
    const onState = (listener) => { listener(whole); return () => undefined; };
    const desktop = { ${doingNothing(desktopBridgeCalls)} };
    desktop.dropDecision = (input) => (window.dropped = [...(window.dropped ?? []), input.id], nothing());
    const value = { ${doingNothing(bridgeCalls)}, desktop, onState, wholeState: nothing, onShow: () => () => undefined };
    Object.defineProperty(window, "countersign", { value });
  })();`;
}

function doingNothing(calls: object): string {
  return Object.keys(calls)
    .map((name) => `${name}: nothing`)
    .join(", ");
}
