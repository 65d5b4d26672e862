import { expect, test } from "vitest";
import type { ApprovalView } from "../../src/shared/approval.ts";
import { quickNotice } from "../../src/main/quick-notice.ts";
import { approvalWith } from "./fake-client.ts";

const rule = { name: "reads", version: "1", why: "because", quick: true, presence: "notification" } as const;
const quick = (changed: Partial<ApprovalView> = {}): ApprovalView => approvalWith({ rule, ...changed });
const payload = (values: object, hidden: ApprovalView["payload"]["hidden"] = []): Partial<ApprovalView> => ({
  payload: { arguments: values as ApprovalView["payload"]["arguments"], hidden },
});

test("shows the whole payload, the risk and when silence denies", () => {
  expect(quickNotice(quick(), "14:36")).toEqual({
    title: "S. asks to run read_file on reports-share",
    body: 'path: "/secret-name"\nLow risk. Denied at 14:36.',
  });
});

test("says how many values are hidden, and that there are no arguments", () => {
  const hidden = [{ path: ["ssn"], kind: "ssn" }];
  expect(quickNotice(quick(payload({ ssn: "•••1120" }, hidden)), "14:36")?.body).toBe(
    'ssn: "•••1120"\n1 value is hidden\nLow risk. Denied at 14:36.',
  );
  expect(quickNotice(quick(payload({})), "14:36")?.body).toBe("No arguments\nLow risk. Denied at 14:36.");
});

test("makes characters visible that cannot be seen", () => {
  expect(quickNotice(quick(payload({ path: "a\u202Eb" })), "14:36")?.body).toContain('path: "a⟨U+202E⟩b"');
});

test.each<[string, ApprovalView]>([
  ["without quick", approvalWith()],
  ["of high risk", quick({ risk: "high" })],
  ["of critical risk", quick({ risk: "critical" })],
  ["that needs a reason", quick({ rule: { ...rule, requireReason: true } })],
  ["that needs a window", quick({ rule: { ...rule, presence: "window" } })],
  ["that the person may only deny", quick({ standing: "deny" })],
  ["that is decided", quick({ state: "approved" })],
  ["with three arguments", quick(payload({ a: 1, b: 2, c: 3 }))],
  ["with two arguments and a hidden value", quick(payload({ a: 1, b: 2 }, [{ path: ["a"], kind: "field" }]))],
  ["with a nested value", quick(payload({ a: { b: 1 } }))],
  ["with a list", quick(payload({ a: [1] }))],
  ["with a long value", quick(payload({ a: "x".repeat(40) }))],
  ["with a value that grows when made visible", quick(payload({ a: "\u200B".repeat(6) }))],
  ["with blanks that could be folded", quick(payload({ a: "x  y" }))],
  ["with a long tool name", quick({ tool: "t".repeat(50) })],
  ["with arguments that are no object", quick({ payload: { arguments: null, hidden: [] } })],
])("a request %s is not decided from a notification", (_what, approval) => {
  expect(quickNotice(approval, "14:36")).toBeNull();
});
