import type { ApprovalView } from "../../shared/approval.ts";
import { openStep } from "../../shared/approval-steps.ts";
import { owns, type Owner } from "../identity/people.ts";
import type { Principal } from "../identity/principal.ts";
import type { ApprovalRecord } from "../store/store.ts";
import { stepViews } from "./steps.ts";

/** Who may see an approval, roles aside: its requester's person, a service's owner, members of the steps that have opened, and all who have decided. */
export interface Seers {
  readonly person: string;
  /** Of a service: who answers for it sees its requests as their own. */
  readonly owner?: Owner | undefined;
  readonly groups: readonly string[];
  readonly deciders: readonly { readonly id: string; readonly person: string }[];
}

/** Who may see this approval as it stands: it changes with the record alone, so that it may be kept beside it. */
export function seersOf(record: ApprovalRecord): Seers {
  const steps = stepViews(record);
  const opened = steps.slice(0, openStep({ steps }));
  return {
    person: record.person,
    ...(record.requester.owner === undefined ? {} : { owner: record.requester.owner }),
    groups: [...new Set(opened.flatMap(({ approvers }) => approvers))],
    deciders: record.decisions.map(({ by, person }) => ({ id: by.id, person })),
  };
}

/** The members of a step see the approval from when the step opens, and to its end; those of later steps don't see it yet. */
export function relationOf(principal: Principal, seers: Seers): ApprovalView["relation"] | null {
  if (seers.person === principal.person || owns(principal, seers.owner)) return "requester";
  if (principal.groups.some((group) => seers.groups.includes(group)) || isAmong(principal, seers.deciders))
    return "approver";
  return principal.roles.length > 0 ? "observer" : null;
}

/** Whether this person has decided on this approval, as they were known then. */
export function hasDecided(principal: Principal, { decisions }: Pick<ApprovalRecord, "decisions">): boolean {
  return isAmong(
    principal,
    decisions.map(({ by, person }) => ({ id: by.id, person })),
  );
}

function isAmong(principal: Principal, deciders: Seers["deciders"]): boolean {
  return deciders.some(({ id, person }) => id === principal.id || person === principal.person);
}
