import { array, assert, property, subarray } from "fast-check";
import { expect, it } from "vitest";
import { stepViews } from "../../../src/gateway/approvals/steps.ts";

const groups = ["a", "b", "c", "d"] as const;
const memberships = array(subarray([...groups]), { maxLength: 5 });

/** The most groups that have a person of their own, by trying every way. */
function most(named: readonly string[], people: readonly (readonly string[])[]): number {
  const [group, ...rest] = named;
  if (group === undefined) return 0;
  const tries = people.map((person, at) => (person.includes(group) ? 1 + most(rest, people.toSpliced(at, 1)) : 0));
  return Math.max(most(rest, people), ...tries);
}

it("a step that needs one of each group is short of as few people as there is a way to be", () => {
  assert(
    property(subarray([...groups], { minLength: 1 }), memberships, (approvers, people) => {
      const decisions = people.map((of, at) => ({
        verdict: "approve" as const,
        reason: "",
        by: { id: `p${at}`, kind: "user" as const, name: "", groups: of },
        device: "",
        presence: "window" as const,
        atMs: 0,
        step: 1,
        person: `p${at}`,
        jws: "",
      }));
      const [view] = stepViews({ steps: [{ approvers, need: "all" }], decisions });
      expect(view?.missing).toBe(approvers.length - most(approvers, people));
    }),
  );
});
