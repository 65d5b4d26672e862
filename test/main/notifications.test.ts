import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { createNotifications, Notifications } from "../../src/main/notifications.ts";
import type { SettingValues } from "../../src/main/settings.ts";
import type { ApprovalView, Verdict } from "../../src/shared/approval.ts";
import { StandInNotification } from "../support/electron/desktop.ts";
import { installElectron, type StandIn } from "../support/electron/stand-in.ts";
import { approvalWith, stateWith } from "./fake-client.ts";

let electron: StandIn;
let create: typeof createNotifications;
let defaults: SettingValues;
beforeAll(async () => {
  electron = await installElectron();
  ({ createNotifications: create } = await import("../../src/main/notifications.ts"));
  ({ defaultSettings: defaults } = await import("../../src/main/settings.ts"));
});
afterAll(() => electron.close());

interface Stage {
  readonly notifications: Notifications;
  readonly opened: (string | null)[];
  readonly decided: (readonly [string, Verdict])[];
  /** Those that stand on the screen. */
  readonly standing: () => readonly StandInNotification[];
}
const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.notifications.close();
  StandInNotification.supported = true;
  vi.useRealTimers();
});

function stage(
  platform: NodeJS.Platform,
  vouched: boolean,
  settings: Partial<SettingValues> = {},
  nowMs = noonMs,
): Stage {
  const before = electron.notifications.length;
  const opened: (string | null)[] = [];
  const decided: (readonly [string, Verdict])[] = [];
  const notifications = create({
    settings: { get: () => ({ ...defaults, ...settings }) },
    assets: "/assets",
    platform,
    vouched: () => vouched,
    open: (approval) => void opened.push(approval),
    decide: (shown, verdict) => void decided.push([shown.id, verdict]),
    now: () => nowMs,
  });
  const made = {
    notifications,
    opened,
    decided,
    standing: () => electron.notifications.slice(before).filter(({ state }) => state === "shown"),
  };
  stages.push(made);
  return made;
}

const noonMs = new Date(2099, 0, 1, 12, 0).getTime();
const rule = { name: "reads", version: "1", why: "because", quick: true, presence: "notification" } as const;
const quick = (changed: Partial<ApprovalView> = {}) => approvalWith({ rule, ...changed });
const pending = (...approvals: ApprovalView[]) => stateWith({ approvals });
const words = ({ title, body, options }: StandInNotification) => ({
  title,
  body,
  buttons: options.actions?.map(({ text }) => text),
});

const plain = { title: "S. asks to run read_file on reports-share", body: "Low risk. Denied at 14:36 unless decided." };
const whole = { title: plain.title, body: 'path: "/secret-name"\nLow risk. Denied at 14:36.' };

test.each<[NodeJS.Platform, boolean, string, ApprovalView, object]>([
  ["darwin", true, "quick", quick(), { ...whole, buttons: ["Deny", "Approve"] }],
  ["win32", true, "quick", quick(), { ...whole, buttons: ["Deny", "Approve"] }],
  ["darwin", false, "quick", quick(), { ...plain, buttons: [] }],
  ["win32", false, "quick", quick(), { ...plain, buttons: [] }],
  ["linux", false, "quick", quick(), { ...plain, buttons: [] }],
  ["darwin", true, "ordinary", approvalWith(), { ...plain, buttons: [] }],
  ["win32", true, "ordinary", approvalWith(), { ...plain, buttons: [] }],
  ["linux", false, "ordinary", approvalWith(), { ...plain, buttons: [] }],
  ["darwin", true, "too large", quick({ tool: "t".repeat(39) }), { body: plain.body, buttons: [] }],
])("on %s, vouched for %s, a request that is %s shows what it may", (platform, vouched, _what, approval, expected) => {
  const { notifications, standing } = stage(platform, vouched);
  notifications.follow(pending(approval));
  expect(standing().map(words)).toMatchObject([expected]);
});

test.each(["darwin", "win32"] as const)("on %s a button decides once, over the request that was shown", (platform) => {
  for (const [actionIndex, verdict] of [
    [0, "deny"],
    [1, "approve"],
  ] as const) {
    const { notifications, standing, decided, opened } = stage(platform, true);
    notifications.follow(pending(quick()));
    const [shown] = standing();
    shown?.emit("action", { actionIndex });
    shown?.emit("action", { actionIndex: 1 });
    shown?.emit("click");
    expect(decided).toEqual([["approval-1", verdict]]);
    expect(opened).toEqual([]);
    expect(standing()).toEqual([]);
  }
});

test("a click beside the buttons, and a button that we did not put there, open the request and decide nothing", () => {
  for (const event of [["click"], ["action", { actionIndex: 2 }], ["action", { actionIndex: -1 }]] as const) {
    const { notifications, standing, decided, opened } = stage("win32", true);
    notifications.follow(pending(quick()));
    standing()[0]?.emit(event[0], event[1]);
    expect([decided, opened]).toEqual([[], ["approval-1"]]);
  }
});

test("on Linux whatever is clicked opens the request, an action of the daemon's too", () => {
  const { notifications, standing, decided, opened } = stage("linux", true);
  notifications.follow(pending(quick()));
  standing()[0]?.emit("action", { actionIndex: 1 });
  expect([decided, opened]).toEqual([[], ["approval-1"]]);
});

test.each(["darwin", "win32", "linux"] as const)("on %s a notification goes when another decides", (platform) => {
  const { notifications, standing, decided } = stage(platform, true);
  notifications.follow(pending(quick()));
  const [shown] = standing();
  notifications.follow(pending(quick({ state: "denied", revision: 2 })));
  expect(standing()).toEqual([]);
  // A click that was on its way decides nothing any more.
  shown?.emit("action", { actionIndex: 1 });
  expect(decided).toEqual([]);
});

test.each(["darwin", "win32", "linux"] as const)(
  "on %s a locked screen shows only that a request waits",
  (platform) => {
    const { notifications, standing, opened } = stage(platform, true);
    notifications.follow(pending(quick()));
    electron.desktop.powerMonitor.emit("lock-screen");
    notifications.follow(pending(quick(), quick({ id: "approval-2" })));
    const waits = { title: "A request waits", body: "", buttons: [] };
    expect(standing().map(words)).toEqual([waits, waits]);
    standing()[1]?.emit("click");
    expect(opened).toEqual(["approval-2"]);
    electron.desktop.powerMonitor.emit("unlock-screen");
    notifications.follow(pending(quick(), quick({ id: "approval-3" })));
    expect(standing().at(-1)?.title).toBe(plain.title);
  },
);

test("a screen that is locked without being told of, as on Linux, is asked for", () => {
  const { notifications, standing } = stage("linux", false);
  electron.desktop.powerMonitor.idleState = "locked";
  notifications.follow(stateWith({ approvals: [approvalWith(), own("pending")] }));
  notifications.follow(stateWith({ approvals: [approvalWith(), own("denied")] }));
  electron.desktop.powerMonitor.idleState = "active";
  expect(standing().map(({ title }) => title)).toEqual(["A request waits", "A request of yours was decided"]);
});

test("what was closed before the screen is locked does not come back", () => {
  const { notifications, standing } = stage("darwin", true);
  notifications.follow(pending(quick()));
  standing()[0]?.close();
  electron.desktop.powerMonitor.emit("lock-screen");
  expect(standing()).toEqual([]);
  electron.desktop.powerMonitor.emit("unlock-screen");
});

test("in quiet hours, and with notifications off, nothing is shown, nor later", () => {
  const quietHours = { on: true, from: "11:00", to: "13:00" };
  for (const settings of [{ quietHours }, { notifications: false }]) {
    const { notifications, standing } = stage("linux", false, settings);
    notifications.follow(stateWith({ approvals: [approvalWith(), own("pending")] }));
    notifications.follow(stateWith({ approvals: [approvalWith(), own("denied")] }));
    expect(standing()).toEqual([]);
  }
});

test("the requester hears the outcome, and a click on it shows the request", () => {
  const { notifications, standing, opened } = stage("linux", false);
  notifications.follow(stateWith({ approvals: [own("pending")] }));
  notifications.follow(stateWith({ approvals: [own("expired")] }));
  expect(standing().map(words)).toEqual([
    { title: "Denied: read_file on reports-share", body: "Nobody decided in time. Nothing was run.", buttons: [] },
  ]);
  standing()[0]?.emit("click");
  expect(opened).toEqual(["own"]);
});

test("no more than our words and labels reaches the system: no id of a request, no digest", () => {
  const { notifications, standing } = stage("win32", true);
  notifications.follow(pending(quick({ id: "approval-with-an-id" })));
  expect(JSON.stringify(standing()[0]?.options)).not.toContain("approval-with-an-id");
});

test("a click that Windows brings to an app that knows nothing of it opens the window, once told and never twice", () => {
  vi.useFakeTimers();
  const { notifications, standing, decided, opened } = stage("win32", true);
  StandInNotification.activation?.();
  vi.advanceTimersByTime(600);
  expect(opened).toEqual([null]);
  notifications.follow(pending(quick()));
  StandInNotification.activation?.();
  standing()[0]?.emit("click");
  vi.advanceTimersByTime(600);
  expect(opened).toEqual([null, "approval-1"]);
  expect(decided).toEqual([]);
});

test("a test says that its click came back, that none did, or that nothing was shown", () => {
  vi.useFakeTimers();
  const outcomes: string[] = [];
  const { notifications, standing } = stage("linux", false);
  const run = (): void => notifications.test((outcome) => outcomes.push(outcome));
  run();
  standing()[0]?.emit("click");
  run();
  vi.advanceTimersByTime(60_000);
  run();
  standing()[0]?.emit("failed", {}, "no permission");
  StandInNotification.supported = false;
  run();
  vi.advanceTimersByTime(120_000);
  expect(outcomes).toEqual(["clicked", "missed", "failed", "failed"]);
  expect(standing()).toEqual([]);
});

function own(state: ApprovalView["state"]): ApprovalView {
  return approvalWith({ id: "own", relation: "requester", state });
}
