import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { SettingValues } from "../../src/main/settings.ts";
import type { ApprovalView } from "../../src/shared/approval.ts";
import { approvalWith, stateWith } from "./fake-client.ts";
import { own, pending, plain, stageNotifications, words, type Stage, type Stages } from "./notification-stage.ts";

let stages: Stages;
beforeAll(async () => {
  stages = await stageNotifications();
});
afterEach(() => stages.clear());
afterAll(() => stages.electron.close());

const untilOne: Pick<SettingValues, "quietHours"> = { quietHours: { on: true, from: "11:00", to: "13:00" } };
const hourMs = 3_600_000;
const waits = (...ids: string[]): ApprovalView[] => ids.map((id) => approvalWith({ id }));

/** Notifications in quiet hours, which `pass` ends. */
function quietly(settings: Partial<SettingValues> = untilOne): Stage & { pass(): void } {
  vi.useFakeTimers();
  const stage = stages.open("linux", false, settings);
  return {
    ...stage,
    pass: () => {
      stage.clock.nowMs += hourMs;
      vi.advanceTimersByTime(60_000);
    },
  };
}

const titles = ({ standing }: Stage) =>
  standing().map(({ title, body }) => (body === "" ? title : `${title} / ${body}`));

test.each<[string, readonly ApprovalView[], readonly ApprovalView[], readonly string[], readonly (string | null)[]]>([
  ["one request", waits("a"), waits("a"), ["After quiet hours: 1 request waits for you"], ["a"]],
  ["several", waits("a", "b"), waits("a", "b"), ["After quiet hours: 2 requests wait for you"], [null]],
  ["what others decided meanwhile", waits("a"), [approvalWith({ id: "a", state: "denied" })], [], []],
  [
    "one's own that ended",
    [own("pending")],
    [own("denied")],
    ["In quiet hours 1 request of yours came to an end"],
    ["own"],
  ],
  [
    "both",
    [...waits("a"), own("pending"), own("pending", "other")],
    [...waits("a"), own("denied"), own("expired", "other")],
    ["After quiet hours: 1 request waits for you / 2 requests of yours came to an end."],
    [null],
  ],
  ["nothing", [], [], [], []],
])("of %s quiet hours say nothing, and their end says it once, without names", (_what, before, after, said, opened) => {
  const stage = quietly();
  stage.notifications.follow(pending(...before));
  stage.notifications.follow(pending(...after));
  vi.advanceTimersByTime(120_000);
  expect(stage.standing()).toEqual([]);
  stage.pass();
  expect(titles(stage)).toEqual(said);
  stage.standing()[0]?.emit("click");
  expect(stage.opened).toEqual(opened);
  stage.notifications.follow(pending(...after));
  stage.pass();
  expect(stage.standing()).toEqual([]);
});

test("what comes after their end is told by itself, beside the sum of what came in them", () => {
  const stage = quietly();
  stage.notifications.follow(pending(...waits("a")));
  stage.clock.nowMs += hourMs;
  stage.notifications.follow(pending(...waits("a", "b")));
  expect(titles(stage)).toEqual(["After quiet hours: 1 request waits for you", `${plain.title} / ${plain.body}`]);
});

test("a person who ends them early hears at once, who then turns notifications off hears nothing", () => {
  const stage = quietly();
  stage.notifications.follow(pending(...waits("a")));
  Object.assign(stage.settings, { quietHours: { ...untilOne.quietHours, on: false } });
  stage.notifications.follow(pending(...waits("a")));
  expect(stage.standing()).toHaveLength(1);
  const other = quietly();
  other.notifications.follow(pending(...waits("a")));
  Object.assign(other.settings, { notifications: false });
  other.pass();
  Object.assign(other.settings, { notifications: true });
  other.pass();
  expect(other.standing()).toEqual([]);
});

test("with notifications off nothing is shown, nor later", () => {
  const stage = quietly({ notifications: false });
  stage.notifications.follow(stateWith({ approvals: [...waits("a"), own("pending")] }));
  stage.notifications.follow(stateWith({ approvals: [...waits("a"), own("denied")] }));
  Object.assign(stage.settings, { notifications: true });
  stage.notifications.follow(stateWith({ approvals: [...waits("a"), own("denied")] }));
  expect(stage.standing()).toEqual([]);
});

test("on a locked screen their end says only that a request waits", () => {
  const stage = quietly();
  stage.notifications.follow(pending(...waits("a", "b"), own("pending")));
  stage.notifications.follow(pending(...waits("a", "b"), own("denied")));
  stages.electron.desktop.powerMonitor.emit("lock-screen");
  stage.pass();
  expect(stage.standing().map(words)).toEqual([{ title: "A request waits", body: "", buttons: [] }]);
  stages.electron.desktop.powerMonitor.emit("unlock-screen");
});

test("a summary that stands when the screen is locked loses its count", () => {
  const stage = quietly();
  stage.notifications.follow(pending(...waits("a", "b")));
  stage.pass();
  stages.electron.desktop.powerMonitor.emit("lock-screen");
  expect(titles(stage)).toEqual(["A request waits"]);
  stages.electron.desktop.powerMonitor.emit("unlock-screen");
});

test("who signs in after another hears nothing of what came for the other", () => {
  const stage = quietly();
  stage.notifications.follow(pending(...waits("a")));
  stage.notifications.follow(stateWith({ session: { state: "signed-out", error: null } }));
  stage.pass();
  expect(stage.standing()).toEqual([]);
});
