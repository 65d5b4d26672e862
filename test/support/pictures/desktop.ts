import type { Page } from "playwright-core";
import { bridgeCalls, desktopBridgeCalls } from "../../../src/shared/bridge.ts";
import type { ConsoleState } from "../../../src/shared/console.ts";
import type { DesktopView } from "../../../src/shared/desktop.ts";
import type { ProposalView, RemovalView } from "../../../src/shared/profiles.ts";
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
  profiles: null,
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
  profiles: null,
};
const settings = (page: Page) => page.getByRole("button", { name: "Settings" }).click();

const profile = {
  id: "gateway.example.com",
  name: "gateway.example.com",
  gateway: "https://gateway.example.com",
  issuer: "https://login.microsoftonline.com/0e7d6a3c-51c4-4f6e-8d0b-7f1f8a2f9c11",
  isOpen: true,
  isManaged: false,
  fault: null,
};
const several: DesktopView["profiles"] = {
  all: [
    profile,
    { ...profile, id: "staging", name: "Staging", gateway: "https://mcp.staging.example.com:8443", isOpen: false },
    {
      ...profile,
      id: "managed",
      name: "Group",
      gateway: "https://mcp.group.example",
      isOpen: false,
      isManaged: true,
    },
    {
      ...profile,
      id: "old",
      name: "old",
      gateway: null,
      issuer: null,
      isOpen: false,
      fault: "profile.json is not JSON: repair it or remove it.",
    },
  ],
  isSingle: false,
  suggested: null,
};
const none: DesktopView["profiles"] = { all: [], isSingle: false, suggested: "https://gateway.example.com" };
const changedPin = {
  code: "pin_changed",
  message:
    "https://gateway.example.com names client other instead of countersign-desktop. No token goes there. Ask who runs it; only removing the gateway and adding it again takes the change.",
} as const;
const signedOut = { state: "signed-out", error: null } as const;
const withProfiles = (profiles: DesktopView["profiles"], session: ConsoleState["session"] = signedOut): ConsoleState =>
  signedIn([], { desktop: { ...usual, profiles }, session });
const gateways = async (page: Page) => {
  await page.getByRole("button", { name: "Gateways" }).click();
  await page.getByRole("list", { name: "Your gateways" }).waitFor();
};

/** The pages as the tray app shows them: they find a preload, whose calls do nothing here. */
export const desktopScenes: readonly Scene[] = [
  scene("settings", signedIn(fullInbox(), { desktop: usual })),
  scene("settings-bare", signedIn([], { desktop: bare })),
  scene("notified-held", clickedInNotification("held"), null),
  scene("notified-failed", clickedInNotification("failed"), null),
  scene("gateway-first", withProfiles(none), (page) => page.getByLabel("Address").waitFor()),
  scene("gateway-confirm", withProfiles(none), async (page) => {
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("button", { name: "Trust and add" }).waitFor();
  }),
  scene("gateways", withProfiles(several), gateways),
  scene("gateway-removal", withProfiles(several), async (page) => {
    await gateways(page);
    await page.getByRole("button", { name: "Remove Staging" }).click();
    await page.getByRole("group", { name: /Remove Staging/ }).waitFor();
  }),
  scene("gateway-changed", withProfiles(several, { state: "signed-out", error: changedPin }), null),
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

const proposal: ProposalView = {
  origin: "https://gateway.example.com",
  isDisguised: false,
  ways: [
    {
      id: "1",
      kind: "entra",
      issuer: "https://login.microsoftonline.com/0e7d6a3c-51c4-4f6e-8d0b-7f1f8a2f9c11",
      tenant: "0e7d6a3c-51c4-4f6e-8d0b-7f1f8a2f9c11",
      clientId: "c7a9f7a2-6d0e-4c39-9e9b-0a35c1f7d610",
      audience: "9d3f6d0e-5a0b-4f4e-8a53-5b8a6f1c2d77",
      ledgerKey: "gateway.example.com+5d1b9f44+AaHxcQFD7k5KJcPBXUZDCeVRQNqJ4rYpzDvKX3RzEGbW",
    },
  ],
};
const removal: RemovalView = {
  name: "Staging",
  folder: "/home/erin/.config/countersign/profiles/staging",
  entries: [{ name: "Cursor", file: "/home/erin/.cursor/mcp.json" }],
};

/** A script that puts the preload's methods into the page. What is to be dropped is kept as `dropped`. */
function preload(state: ConsoleState): string {
  return `(() => {
    const whole = { kind: "whole", revision: 0, state: ${JSON.stringify(state)} };
    const nothing = () => Promise.resolve({ ok: true, value: null });
    const onState = (listener) => { listener(whole); return () => undefined; };
    const desktop = { ${doingNothing(desktopBridgeCalls)} };
    const saying = (value) => () => Promise.resolve({ ok: true, value });
    desktop.proposeGateway = saying(${JSON.stringify(proposal)});
    desktop.profileRemoval = saying(${JSON.stringify(removal)});
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
