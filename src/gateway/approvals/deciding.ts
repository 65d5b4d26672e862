import { CountersignError } from "../../shared/errors.ts";
import { recordGrant, verifyGrant } from "../grants/granting.ts";
import type { Principal } from "../identity/principal.ts";
import type { ApprovalRecord, Store } from "../store/store.ts";
import { recordDecision, type DecisionTerms } from "./decide.ts";
import { verifyDecision } from "./decision.ts";

/** What an approver sends: a decision, and perhaps a grant beside it, as compact JWS. */
interface Sent {
  readonly decision: string;
  readonly grant?: string | undefined;
}

/**
 * Records a signed decision and the grant that came with it in one commit, both or neither; a refusal is recorded as well. Throws
 * CountersignError with the code that docs/protocol.md lists.
 */
export async function decideSigned(
  store: Store,
  terms: DecisionTerms,
  principal: Principal,
  id: string,
  sent: Sent,
): Promise<ApprovalRecord> {
  try {
    if (store.approvals.get(id) === undefined) throw new CountersignError("not_found", "There is no such request.");
    const decision = await verifyDecision(sent.decision, principal, store.devices);
    const grant = sent.grant === undefined ? null : await verifyGrant(sent.grant, principal, store.devices);
    return await store.commit((writes) => {
      const repeated = writes.approvals.get(id)?.decisions.some(({ jws }) => jws === decision.jws) ?? false;
      const approval = recordDecision(writes, terms, principal, id, decision);
      const at = { gateway: terms.gateway, nowMs: terms.now() };
      if (grant !== null) recordGrant(writes, at, principal, { approval, decision, grant, repeated });
      return approval;
    });
  } catch (error) {
    if (error instanceof CountersignError && error.code !== "store_failed") {
      const { code } = error;
      await store.commit((writes) => writes.append("decision.refused", { approval: id, by: principal.id, code }));
    }
    throw error;
  }
}
