import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { ApprovalView } from "../../src/shared/approval.ts";
import { approvalWith, stateWith } from "./fake-client.ts";
import { stageNotifications, type Stages } from "./notification-stage.ts";

let stages: Stages;
beforeAll(async () => {
  stages = await stageNotifications();
});
afterEach(() => stages.clear());
afterAll(() => stages.electron.close());

const many = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => approvalWith({ id: `approval-${from + n}`, tool: `tool_${from + n}` }));
const waiting = (approvals: ApprovalView[]) => stateWith({ approvals });

test("hundreds of requests that come at once are told of in one notification, which opens the inbox", () => {
  const { notifications, standing, opened } = stages.open("darwin", true);
  notifications.follow(waiting(many(0, 500)));
  expect(standing().map(({ title, body }) => [title, body])).toEqual([
    ["Many requests wait for you", "The first is denied at 14:36 unless decided. Open the inbox."],
  ]);
  notifications.follow(waiting(many(0, 900)));
  expect(standing()).toHaveLength(1);
  standing()[0]?.emit("click");
  expect(opened).toEqual([null]);
  expect(standing()).toEqual([]);
});

test("what comes one by one is told one by one, until five stand there", () => {
  const { notifications, standing } = stages.open("linux", false);
  for (let count = 1; count <= 8; count += 1) notifications.follow(waiting(many(0, count)));
  const titles = standing().map(({ title }) => title);
  expect(titles).toHaveLength(6);
  expect(titles.filter((title) => title === "Many requests wait for you")).toHaveLength(1);
  notifications.follow(waiting(many(6, 8)));
  expect(standing().map(({ title }) => title)).toEqual(["Many requests wait for you"]);
  notifications.follow(waiting(many(6, 9)));
  expect(standing().map(({ title }) => title)).toContain("S. asks to run tool_8 on reports-share");
});

test("it goes when nothing waits any more, and a locked screen has no time in it", () => {
  const { notifications, standing } = stages.open("win32", false);
  notifications.follow(waiting(many(0, 20)));
  stages.electron.desktop.powerMonitor.emit("lock-screen");
  expect(standing().map(({ title, body }) => [title, body])).toEqual([["Many requests wait", ""]]);
  notifications.follow(waiting([]));
  expect(standing()).toEqual([]);
  stages.electron.desktop.powerMonitor.emit("unlock-screen");
});
