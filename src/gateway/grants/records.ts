import type { GrantState } from "../../shared/grant.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { GrantRecord } from "../store/grants.ts";
import type { Writes } from "../store/store.ts";

/** What each entry about a grant says of it. */
export function factsOf({ id, approval, principal, by, connection, tool, rule }: GrantRecord): JsonObject {
  return {
    grant: id,
    approval,
    principal: principal.id,
    by: by.id,
    connection,
    tool,
    rule: { name: rule.name, version: rule.version },
  };
}

/** Ends a grant, with its entry, in one commit (rule 5): `grant.revoked` by a person's word, else `grant.ended`. */
export function end(
  writes: Writes,
  grant: GrantRecord,
  how: { readonly state: Exclude<GrantState, "live">; readonly why: string; readonly by: string | null },
  nowMs: number,
): GrantRecord {
  const { state, why, by } = how;
  const ended: GrantRecord = { ...grant, state, end: { atMs: nowMs, why, by } };
  writes.grants.put(ended);
  const facts = { ...factsOf(grant), uses: grant.uses, mostUses: grant.mostUses, why };
  if (by === null) writes.append("grant.ended", { ...facts, state });
  else writes.append("grant.revoked", { ...facts, revokedBy: by });
  return ended;
}
