import type { StepView } from "../../shared/approval.ts";
import { CountersignError } from "../../shared/errors.ts";
import { owns, type People } from "../identity/people.ts";
import type { Principal } from "../identity/principal.ts";
import type { ApprovalRecord } from "../store/store.ts";
import { hasDecided } from "./seers.ts";
import { isMember } from "./steps.ts";

type Whose = Pick<People, "personOf" | "ownerOf">;

/** Nobody decides on their own call, nor on one of a service that they answer for: by who they were then or are today, which a reload may have joined or parted. */
export function refuseDecider(
  record: ApprovalRecord,
  principal: Principal,
  { personOf, ownerOf }: Whose,
  opened: readonly StepView[],
): void {
  const { person, requester } = record;
  // The decider's token may have been verified just before a reload.
  const deciders = [principal.person, personOf(principal.id)];
  if (deciders.some((each) => [person, personOf(requester.id)].includes(each)) || requester.id === principal.id) {
    throw new CountersignError("self_approval", "Nobody decides on their own call.");
  }
  const owners = [requester.owner, ownerOf(requester.id)];
  if (deciders.some((each) => owners.some((owner) => owns({ person: each, groups: principal.groups }, owner)))) {
    const message = "You answer for the service that asks: nobody decides on calls of their own service.";
    throw new CountersignError("self_approval", message);
  }
  if (opened.some((step) => isMember(principal, step)) || hasDecided(principal, record)) return;
  throw notApprover(opened.at(-1)?.approvers ?? []);
}

/** Refuses who is no member of the step that is open. */
export function notApprover(groups: readonly string[]): CountersignError {
  return new CountersignError("not_approver", `Only members of ${groups.join(", ")} decide this request now.`);
}

/** A person counts once, whatever the step and under whichever identity, of then or of today. */
export function refuseSecond(
  record: ApprovalRecord,
  principal: Principal,
  { personOf }: Pick<Whose, "personOf">,
): void {
  const deciders = [principal.person, personOf(principal.id)];
  if (!hasDecided(principal, record) && !record.decisions.some(({ by }) => deciders.includes(personOf(by.id)))) return;
  throw new CountersignError("already_decided", "You have approved this request already; it waits for others.");
}
