import type { GrantView } from "../../shared/grant.ts";
import { owns } from "../identity/people.ts";
import type { Principal } from "../identity/principal.ts";
import type { GrantRecord } from "../store/grants.ts";

/** The grant as this principal may see it, or null: then it doesn't exist for them. `holder` is its holder's person by today's identities. */
export function grantFor(principal: Principal, record: GrantRecord, holder: string): GrantView | null {
  const relation = relationTo(principal, record, holder);
  if (relation === null) return null;
  const { person: _person, place: _place, jws: _jws, ...visible } = record;
  return { ...visible, relation };
}

/** Whether they may end it: who holds it, who could grant it anew, and administrators. */
export function mayRevoke(principal: Principal, view: GrantView): boolean {
  return view.relation !== "observer" || principal.roles.includes("admin");
}

function relationTo(principal: Principal, record: GrantRecord, holder: string): GrantView["relation"] | null {
  if ([record.person, holder].includes(principal.person) || record.principal.id === principal.id) return "holder";
  if (owns(principal, record.principal.owner)) return "holder";
  if (principal.groups.some((group) => record.approvers.includes(group))) return "approver";
  return principal.roles.length > 0 ? "observer" : null;
}
