import { expect, test } from "vitest";
import type { ApprovalState, ApprovalView } from "../../src/shared/approval.ts";
import { outcomeNotice, planOutcomes, type Awaited } from "../../src/main/outcomes.ts";
import { approvalWith, stateWith } from "./fake-client.ts";

const nothing: Awaited = new Map();
const by = { id: "demo:2", kind: "user", name: "A.", groups: [] } as const;
const decision = (verdict: "approve" | "deny"): ApprovalView["decision"] => ({
  verdict,
  reason: "secret reason",
  by: { ...by, groups: [] },
  device: "d",
  presence: "window",
  atMs: 0,
});
const own = (state: ApprovalState): ApprovalView => approvalWith({ relation: "requester", state });

/** The states told of while an own request goes through these. */
function told(...states: readonly ApprovalState[]): readonly ApprovalState[] {
  let awaited = nothing;
  return states.flatMap((state) => {
    const plan = planOutcomes(awaited, stateWith({ approvals: [own(state)] }));
    awaited = plan.awaited;
    return plan.fresh.map((approval) => approval.state);
  });
}

test.each<[readonly ApprovalState[], readonly ApprovalState[]]>([
  [["pending", "denied"], ["denied"]],
  [["pending", "expired"], ["expired"]],
  [["pending", "approved", "claimed", "executed"], ["approved"]],
  [["pending", "executed"], ["executed"]],
  [
    ["pending", "claimed", "failed"],
    ["claimed", "failed"],
  ],
  [
    ["pending", "approved", "lapsed"],
    ["approved", "lapsed"],
  ],
  [["pending", "pending"], []],
  [["denied"], []],
  [["executed", "executed"], []],
  [["pending", "denied", "denied"], ["denied"]],
])("a request going through %j is told of at %j", (states, expected) => {
  expect(told(...states)).toEqual(expected);
});

test("another's request, and one that a reconnecting feed leaves out, are not told", () => {
  const waiting = planOutcomes(nothing, stateWith({ approvals: [own("pending")] })).awaited;
  const empty = planOutcomes(waiting, stateWith());
  expect(empty.fresh).toEqual([]);
  expect(planOutcomes(empty.awaited, stateWith({ approvals: [own("denied")] })).fresh.length).toBe(1);
  expect(planOutcomes(nothing, stateWith({ approvals: [approvalWith()] })).awaited.size).toBe(0);
});

test("says what became of it and who decided, never why or what was in it", () => {
  const denied = { ...own("denied"), decision: decision("deny") };
  expect(outcomeNotice(denied, false)).toEqual({
    title: "Denied: read_file on reports-share",
    body: "Denied by A.. Nothing was run.",
  });
  expect(outcomeNotice(denied, true)).toEqual({ title: "A request of yours was decided", body: "" });
  expect(outcomeNotice(own("expired"), false)?.body).toBe("Nobody decided in time. Nothing was run.");
  expect(outcomeNotice(own("withdrawn"), false)).toBeNull();
});
