import { expect, test } from "vitest";
import { noticeFor, planNotices, type Told } from "../../src/main/notices.ts";
import { approvalWith, stateWith } from "./fake-client.ts";

const nothing: Told = new Map();
const nowMs = new Date(2099, 0, 1, 14, 30).getTime();
const pending = stateWith({ approvals: [approvalWith()] });
const gateway = pending.gateway;
const ids = (approvals: readonly { readonly id: string }[]): readonly string[] => approvals.map(({ id }) => id);

test.each([
  ["a pending request that the person may decide", approvalWith(), ["approval-1"]],
  ["the person's own request", approvalWith({ relation: "requester" }), []],
  ["a request that somebody else decides", approvalWith({ relation: "observer" }), []],
  ["a request that is decided already", approvalWith({ state: "approved" }), []],
  ["a request that the person has approved already", approvalWith({ standing: "decided" }), []],
  ["a request whose open step is another's", approvalWith({ standing: "not-their-step" }), []],
  ["an expired request", approvalWith({ state: "expired" }), []],
] as const)("tells of %s as it should", (_name, approval, told) => {
  expect(ids(planNotices(nothing, stateWith({ approvals: [approval] }), true, nowMs).fresh)).toEqual(told);
});

test("tells of a request once, though the link is lost and its feed starts empty", () => {
  const first = planNotices(nothing, pending, true, nowMs);
  const lost = planNotices(first.told, stateWith({ gateway: { ...gateway, link: "offline" } }), true, nowMs);
  expect(lost.over).toEqual([]);
  const empty = planNotices(lost.told, stateWith(), true, nowMs);
  expect(planNotices(empty.told, pending, true, nowMs).fresh).toEqual([]);
});

test("takes a notification away when somebody else decided, and when the person signs out", () => {
  const { told } = planNotices(nothing, pending, true, nowMs);
  const decided = stateWith({ approvals: [approvalWith({ state: "denied" })] });
  expect(planNotices(told, decided, true, nowMs).over).toEqual(["approval-1"]);
  const signedOut = stateWith({ session: { state: "signed-out", error: null } });
  expect(planNotices(told, signedOut, true, nowMs).over).toEqual(["approval-1"]);
});

test("forgets a request when its time is over by the gateway's clock", () => {
  const { told } = planNotices(nothing, pending, true, nowMs);
  const gone = stateWith({ gateway: { ...gateway, clockOffsetMs: 10 * 60_000 } });
  expect(planNotices(told, gone, true, nowMs).told.size).toBe(0);
});

test("tells nothing while notifications are off, nor of the same requests when they are on again", () => {
  const off = planNotices(nothing, pending, false, nowMs);
  expect(off.fresh).toEqual([]);
  expect(planNotices(off.told, pending, true, nowMs).fresh).toEqual([]);
});

test("says who asks for what, the risk and when silence denies", () => {
  expect(noticeFor(approvalWith({ risk: "critical" }), pending, false)).toEqual({
    title: "S. asks to run read_file on reports-share",
    body: "Critical risk. Denied at 14:36 unless decided.",
  });
});

test("says on a locked screen only that a request waits", () => {
  expect(noticeFor(approvalWith(), pending, true)).toEqual({ title: "A request waits", body: "" });
});

test("shows what a name hides", () => {
  const approval = approvalWith({ requester: { id: "x", kind: "user", name: "S.\u200B\u202E", groups: [] } });
  expect(noticeFor(approval, pending, false).title).toMatch(/^S\.⟨U\+200B⟩⟨U\+202E⟩ asks/);
});
