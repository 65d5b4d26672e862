import { expect, it } from "vitest";
import { createHeldApprovals } from "../../src/client/held-approvals.ts";
import type { ApprovalView } from "../../src/shared/approval.ts";

const approval = (id: string, revision: number, state: ApprovalView["state"]) =>
  ({ id, revision, state, createdAtMs: revision }) as ApprovalView;

it("lets go of the oldest settled approvals, of a pending one never", () => {
  const held = createHeldApprovals();
  for (let at = 0; at < 500; at += 1) held.take(approval(`pending-${at}`, at, "pending"));
  for (let at = 0; at < 300; at += 1) held.take(approval(`settled-${at}`, 1000 + at, "executed"));
  const list = held.list();
  expect(list.filter(({ state }) => state === "pending")).toHaveLength(500);
  expect(list.filter(({ state }) => state === "executed")).toHaveLength(200);
  expect(held.get("settled-299")).toBeDefined();
  expect(held.get("settled-0")).toBeUndefined();
});

it("does not go back to an older state of an approval", () => {
  const held = createHeldApprovals();
  held.take(approval("a", 5, "denied"));
  expect(held.take(approval("a", 4, "pending"))).toBe(false);
  expect(held.get("a")?.state).toBe("denied");
});

it("lets go of what waited or ran and isn't in the whole state, and keeps what it knows to have ended", () => {
  const held = createHeldApprovals();
  for (const state of ["pending", "approved", "claimed", "denied"] as const) held.take(approval(state, 1, state));
  held.takeWhole([approval("new", 9, "pending"), approval("approved", 8, "executed")]);
  expect(held.list().map(({ id, state }) => [id, state])).toEqual([
    ["new", "pending"],
    ["approved", "executed"],
    ["denied", "denied"],
  ]);
});
