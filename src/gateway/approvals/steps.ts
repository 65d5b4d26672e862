import type { ApproverStep, StepView } from "../../shared/approval.ts";
import { neededBy, openStep, quorum } from "../../shared/approval-steps.ts";
import type { ApprovalRecord, DecisionRecord } from "../store/store.ts";

/** Somebody of these groups. */
interface Member {
  readonly groups: readonly string[];
}

/** The steps as they stand by the recorded approvals. */
export function stepViews({ steps, decisions }: Pick<ApprovalRecord, "steps" | "decisions">): StepView[] {
  return steps.map((step, index) => {
    const approvals = decisions.filter((each) => each.step === index + 1 && each.verdict === "approve");
    const missing = missingIn(
      step,
      approvals.map(({ by }) => by),
    );
    return { ...step, approvals: approvals.map(publicPart), missing };
  });
}

/** How many more people this step needs after these have approved in it. */
function missingIn(step: ApproverStep, people: readonly Member[]): number {
  const have = step.need === "all" ? represented(step.approvers, people) : people.length;
  return Math.max(0, neededBy(step) - have);
}

export function isMember({ groups }: Member, { approvers }: Pick<ApproverStep, "approvers">): boolean {
  return groups.some((group) => approvers.includes(group));
}

/** Whether one more approval, of this member, brings the step further: not where all their groups are represented by others already. */
export function bringsFurther({ approvals, ...step }: StepView, member: Member): boolean {
  const people = approvals.map(({ by }) => by);
  return missingIn(step, [...people, member]) < missingIn(step, people);
}

/** In words for the requester: who has to approve now, and how far it is. */
export function awaited(record: Pick<ApprovalRecord, "steps" | "decisions">): string {
  const steps = stepViews(record);
  const open = steps[openStep({ steps }) - 1];
  const groups = (open?.approvers ?? []).join(", ");
  const { have, need } = quorum({ steps });
  return need === 1 ? groups : `${groups} (${have} of ${need} approvals)`;
}

/**
 * How many of the groups have a person of their own among these people: nobody stands for two groups, and whoever could stand for
 * either is put where they help (a greatest matching, by augmenting paths).
 */
function represented(groups: readonly string[], people: readonly Member[]): number {
  const holder = new Map<string, Member>();
  const place = (person: Member, tried: Set<string>): boolean => {
    for (const group of groups) {
      if (tried.has(group) || !person.groups.includes(group)) continue;
      tried.add(group);
      const held = holder.get(group);
      if (held !== undefined && !place(held, tried)) continue;
      holder.set(group, person);
      return true;
    }
    return false;
  };
  for (const person of people) place(person, new Set());
  return holder.size;
}

function publicPart({ verdict, reason, by, device, presence, atMs }: DecisionRecord): StepView["approvals"][number] {
  return { verdict, reason, by, device, presence, atMs };
}
