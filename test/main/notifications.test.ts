import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { ApprovalView } from "../../src/shared/approval.ts";
import { StandInNotification } from "../support/electron/desktop.ts";
import { approvalWith, stateWith } from "./fake-client.ts";
import { own, pending, plain, quick, stageNotifications, whole, words, type Stages } from "./notification-stage.ts";

let stages: Stages;
beforeAll(async () => {
  stages = await stageNotifications();
});
afterEach(() => stages.clear());
afterAll(() => stages.electron.close());

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
  const { notifications, standing } = stages.open(platform, vouched);
  notifications.follow(pending(approval));
  expect(standing().map(words)).toMatchObject([expected]);
});

test.each(["darwin", "win32"] as const)("on %s a button decides once, over the request that was shown", (platform) => {
  for (const [actionIndex, verdict] of [
    [0, "deny"],
    [1, "approve"],
  ] as const) {
    const { notifications, standing, decided, opened } = stages.open(platform, true);
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
    const { notifications, standing, decided, opened } = stages.open("win32", true);
    notifications.follow(pending(quick()));
    standing()[0]?.emit(event[0], event[1]);
    expect([decided, opened]).toEqual([[], ["approval-1"]]);
  }
});

test("on Linux whatever is clicked opens the request, an action of the daemon's too", () => {
  const { notifications, standing, decided, opened } = stages.open("linux", true);
  notifications.follow(pending(quick()));
  standing()[0]?.emit("action", { actionIndex: 1 });
  expect([decided, opened]).toEqual([[], ["approval-1"]]);
});

test.each(["darwin", "win32", "linux"] as const)("on %s a notification goes when another decides", (platform) => {
  const { notifications, standing, decided } = stages.open(platform, true);
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
    const { notifications, standing, opened } = stages.open(platform, true);
    notifications.follow(pending(quick()));
    stages.electron.desktop.powerMonitor.emit("lock-screen");
    notifications.follow(pending(quick(), quick({ id: "approval-2" })));
    const waits = { title: "A request waits", body: "", buttons: [] };
    expect(standing().map(words)).toEqual([waits, waits]);
    standing()[1]?.emit("click");
    expect(opened).toEqual(["approval-2"]);
    stages.electron.desktop.powerMonitor.emit("unlock-screen");
    notifications.follow(pending(quick(), quick({ id: "approval-3" })));
    expect(standing().at(-1)?.title).toBe(plain.title);
  },
);

test("a screen that is locked without being told of, as on Linux, is asked for", () => {
  const { notifications, standing } = stages.open("linux", false);
  stages.electron.desktop.powerMonitor.idleState = "locked";
  notifications.follow(stateWith({ approvals: [approvalWith(), own("pending")] }));
  notifications.follow(stateWith({ approvals: [approvalWith(), own("denied")] }));
  stages.electron.desktop.powerMonitor.idleState = "active";
  expect(standing().map(({ title }) => title)).toEqual(["A request waits", "A request of yours was decided"]);
});

test("what was closed before the screen is locked does not come back", () => {
  const { notifications, standing } = stages.open("darwin", true);
  notifications.follow(pending(quick()));
  standing()[0]?.close();
  stages.electron.desktop.powerMonitor.emit("lock-screen");
  expect(standing()).toEqual([]);
  stages.electron.desktop.powerMonitor.emit("unlock-screen");
});

test("the requester hears the outcome, and a click on it shows the request", () => {
  const { notifications, standing, opened } = stages.open("linux", false);
  notifications.follow(stateWith({ approvals: [own("pending")] }));
  notifications.follow(stateWith({ approvals: [own("expired")] }));
  expect(standing().map(words)).toEqual([
    { title: "Denied: read_file on reports-share", body: "Nobody decided in time. Nothing was run.", buttons: [] },
  ]);
  standing()[0]?.emit("click");
  expect(opened).toEqual(["own"]);
});

test("on Linux, where a notification's body may be read as mark-up, a name makes no link, picture or entity in it", () => {
  const { notifications, standing } = stages.open("linux", false);
  notifications.follow(pending(own("pending")));
  const name = '<a href="x">Al</a> & &lt;b';
  const by = { id: "demo:2", kind: "user" as const, name, groups: [] };
  const decision = { verdict: "deny" as const, reason: "", by, device: "d", presence: "window" as const, atMs: 0 };
  notifications.follow(pending({ ...own("denied"), decision }));
  const [shown] = standing();
  expect(shown?.body).not.toMatch(/[<>&]/);
  expect(shown?.body).toBe('Denied by ‹a href="x"›Al‹/a› ＆ ＆lt;b. Nothing was run.');
});

test("no more than our words and labels reaches the system: no id of a request, no digest", () => {
  const { notifications, standing } = stages.open("win32", true);
  notifications.follow(pending(quick({ id: "approval-with-an-id" })));
  expect(JSON.stringify(standing()[0]?.options)).not.toContain("approval-with-an-id");
});

test("a click that Windows brings to an app that knows nothing of it opens the window, once told and never twice", () => {
  vi.useFakeTimers();
  const { notifications, standing, decided, opened } = stages.open("win32", true);
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
  const { notifications, standing } = stages.open("linux", false);
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

test.each<[string, NodeJS.Platform, boolean, (shown: StandInNotification) => unknown, readonly (string | null)[]]>([
  ["a click on macOS, signed", "darwin", true, (shown) => shown.emit("click"), ["approval-1"]],
  ["a click on Windows, unsigned", "win32", false, (shown) => shown.emit("click"), ["approval-1"]],
  ["a click on Linux, where the daemon has actions", "linux", false, (shown) => shown.emit("click"), ["approval-1"]],
  ["Linux, where it has none: it can only be closed", "linux", false, (shown) => shown.close(), []],
  ["macOS, unsigned: it refuses", "darwin", false, (shown) => shown.emit("failed", {}, "not allowed"), []],
  ["Windows, which refuses", "win32", true, (shown) => shown.emit("failed", {}, "0x803E0111"), []],
])("decides nothing and opens what it may: %s", (_path, platform, vouched, act, expected) => {
  const said = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
  const { notifications, standing, opened, decided } = stages.open(platform, vouched);
  notifications.follow(pending(quick()));
  const [shown] = standing();
  if (shown !== undefined) act(shown);
  expect([opened, decided, standing()]).toEqual([expected, [], []]);
  // The request itself stays as it was, and is not told twice.
  notifications.follow(pending(quick()));
  expect(standing()).toEqual([]);
  said.mockRestore();
});

test("a system that refuses notifications is known by it, said once, and trusted again when it takes one", () => {
  const said: string[] = [];
  const write = vi.spyOn(process.stderr, "write").mockImplementation((line) => said.push(String(line)) > 0);
  const { notifications, standing, changes } = stages.open("darwin", false);
  expect(notifications.taken()).toBe(true);
  for (const id of ["a", "b"]) {
    notifications.follow(pending(quick({ id })));
    const [shown] = standing();
    if (shown !== undefined) shown.emit("failed", {}, "UNErrorDomain\u001b[2J 1");
    expect(notifications.taken()).toBe(false);
    // As the next would: it is shown, and only then refused.
    if (id === "a") expect(changes()).toBe(1);
  }
  const refusals = said.filter((line) => line.includes("refused a notification"));
  expect(refusals[0]).toBe("countersign: The system refused a notification: UNErrorDomain⟨U+001B⟩[2J 1\n");
  notifications.follow(pending(quick({ id: "c" })));
  expect(notifications.taken()).toBe(true);
  write.mockRestore();
});

test("where no notification server is, nothing is shown and nothing fails", () => {
  StandInNotification.supported = false;
  const { notifications, standing, opened, decided } = stages.open("linux", false);
  notifications.follow(stateWith({ approvals: [approvalWith(), own("pending")] }));
  notifications.follow(stateWith({ approvals: [own("denied")] }));
  expect(notifications.taken()).toBe(false);
  expect([standing(), opened, decided]).toEqual([[], [], []]);
});

test("a do-not-disturb that holds a notification back is not known: the test then says that no click came", () => {
  vi.useFakeTimers();
  const outcomes: string[] = [];
  const { notifications } = stages.open("darwin", true);
  notifications.test((outcome) => outcomes.push(outcome));
  vi.advanceTimersByTime(60_000);
  expect([outcomes, notifications.taken()]).toEqual([["missed"], true]);
});

test("signing out takes away all that names somebody; who signs in next is told afresh", () => {
  const { notifications, standing } = stages.open("linux", false);
  notifications.follow(stateWith({ approvals: [approvalWith(), own("pending")] }));
  notifications.follow(stateWith({ approvals: [approvalWith(), own("denied")] }));
  expect(standing()).toHaveLength(2);
  notifications.follow(stateWith({ session: { state: "signed-out", error: null } }));
  expect(standing()).toEqual([]);
  notifications.follow(stateWith({ session: { state: "signing-in", url: null } }));
  const next = { id: "demo:3", kind: "user", name: "B.", groups: ["security"] } as const;
  notifications.follow(
    stateWith({
      session: { state: "signed-in", account: { ...next, groups: ["security"] }, device: "device-1" },
      approvals: [approvalWith()],
    }),
  );
  expect(standing().map(({ title }) => title)).toEqual([plain.title]);
});

test("a device that waits to be confirmed has no buttons in its notifications: nothing is decided from it", () => {
  const { notifications, standing } = stages.open("darwin", true);
  const device = { id: "dev_2", name: "a box", principal: "demo:2", enrolledAtMs: 0, sessions: [], isNew: false };
  notifications.follow({ ...pending(quick()), devices: [{ ...device, isThis: true, waits: "device" }] });
  expect(standing().map(words)).toMatchObject([{ ...plain, buttons: [] }]);
});

test("a device that was enrolled elsewhere is told of once, without its name on a locked screen, and goes once it is known", () => {
  const { notifications, standing } = stages.open("linux", false);
  const device = { id: "dev_2", name: "a box", principal: "demo:2", enrolledAtMs: 0, sessions: [], isThis: false };
  notifications.follow(stateWith({ devices: [{ ...device, isNew: true }] }));
  notifications.follow(stateWith({ devices: [{ ...device, isNew: true }], approvals: [] }));
  const said = "If that was not you, remove it in Countersign.";
  expect(standing()).toMatchObject([{ title: "A device was enrolled for you", body: `“a box”. ${said}` }]);
  stages.electron.desktop.powerMonitor.emit("lock-screen");
  expect(standing()).toMatchObject([{ body: said }]);
  notifications.follow(stateWith({ devices: [{ ...device, isNew: false }] }));
  expect(standing()).toEqual([]);
});

test("an outcome that stands when the screen is locked is told again without names", () => {
  const { notifications, standing, opened } = stages.open("win32", true);
  notifications.follow(pending(own("pending")));
  notifications.follow(pending(own("denied")));
  stages.electron.desktop.powerMonitor.emit("lock-screen");
  expect(standing().map(words)).toEqual([{ title: "A request of yours was decided", body: "", buttons: [] }]);
  standing()[0]?.emit("click");
  expect(opened).toEqual(["own"]);
  stages.electron.desktop.powerMonitor.emit("unlock-screen");
});
