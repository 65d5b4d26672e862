import { fc } from "../../support/fast-check.ts";
import { expect, it } from "vitest";
import { awaited, stepViews } from "../../../src/gateway/approvals/steps.ts";
import type { ApprovalRecord, DecisionRecord } from "../../../src/gateway/store/store.ts";

const groups = ["a", "b", "c", "d"] as const;
const memberships = fc.array(fc.subarray([...groups]), { maxLength: 5 });

/** The most groups that have a person of their own, by trying every way. */
function most(named: readonly string[], people: readonly (readonly string[])[]): number {
  const [group, ...rest] = named;
  if (group === undefined) return 0;
  const tries = people.map((person, at) => (person.includes(group) ? 1 + most(rest, people.toSpliced(at, 1)) : 0));
  return Math.max(most(rest, people), ...tries);
}

function approvalBy(id: string, of: readonly string[], step = 1): DecisionRecord {
  const by = { id, kind: "user" as const, name: id, groups: [...of] };
  return { verdict: "approve", reason: "", by, device: "", presence: "window", atMs: 0, step, person: id, jws: "" };
}

it("a step that needs one of each group is short of as few people as there is a way to be", () => {
  fc.assert(
    fc.property(fc.subarray([...groups], { minLength: 1 }), memberships, (approvers, people) => {
      const decisions = people.map((of, at) => approvalBy(`p${at}`, of));
      const [view] = stepViews({ steps: [{ approvers, need: "all" }], decisions });
      expect(view?.missing).toBe(approvers.length - most(approvers, people));
    }),
  );
});

const steps: ApprovalRecord["steps"] = [
  { approvers: ["a"], need: 2 },
  { approvers: ["b", "c"], need: "any" },
];
it.each<[string, Pick<ApprovalRecord, "steps" | "decisions">]>([
  ["a", { steps: [{ approvers: ["a"], need: "any" }], decisions: [] }],
  ["a (0 of 3 approvals)", { steps, decisions: [] }],
  ["a (1 of 3 approvals)", { steps, decisions: [approvalBy("x", ["a"])] }],
  ["b, c (2 of 3 approvals)", { steps, decisions: [approvalBy("x", ["a"]), approvalBy("y", ["a"])] }],
])("the requester is told that it waits for %s", (said, record) => expect(awaited(record)).toBe(said));
