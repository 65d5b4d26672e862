import { CountersignError, isUnwritten } from "../../shared/errors.ts";
import { recordGrant, verifyGrant } from "../grants/granting.ts";
import type { Principal } from "../identity/principal.ts";
import { refuseWaiting } from "../identity/say.ts";
import type { ApprovalRecord, Store, Writes } from "../store/store.ts";
import { recordDecision, type DecisionTerms } from "./decide.ts";
import { verifyDecision, type SignedDecision } from "./decision.ts";
import { isVisible } from "./view.ts";
import { countWrong, wrongNumber } from "./wrong-number.ts";

/** What an approver sends: a decision, and perhaps a grant beside it, as compact JWS. */
interface Sent {
  readonly decision: string;
  readonly grant?: string | undefined;
}

/**
 * Records a signed decision and the grant that came with it in one commit, both or neither; a refusal is recorded as well. `onChange` hears
 * of each durable change. Throws CountersignError with the code that docs/protocol.md lists.
 */
export async function decideSigned(
  store: Store,
  terms: DecisionTerms,
  principal: Principal,
  id: string,
  sent: Sent,
  onChange: (record: ApprovalRecord) => void,
): Promise<ApprovalRecord> {
  let judged: { readonly approval: ApprovalRecord; readonly isWrong: boolean };
  try {
    judged = await judge(store, terms, principal, id, sent);
  } catch (error) {
    if (error instanceof CountersignError && !isUnwritten(error.code)) {
      const { code } = error;
      await store.commit((writes) => writes.append("decision.refused", { approval: id, by: principal.id, code }));
    }
    throw error;
  }
  onChange(judged.approval);
  // Recorded where it was counted.
  if (judged.isWrong) throw wrongNumber(judged.approval);
  return judged.approval;
}

async function judge(store: Store, terms: DecisionTerms, principal: Principal, id: string, sent: Sent) {
  // Before the signature is looked at: who may not see a request learns neither that there is one nor who decides on it.
  const asked = store.approvals.get(id);
  if (asked === undefined || !isVisible(principal, asked))
    throw new CountersignError("not_found", "There is no such request.");
  const decision = await verifyDecision(sent.decision, principal, store.devices);
  const grant = sent.grant === undefined ? null : await verifyGrant(sent.grant, principal, store.devices);
  return store.commit((writes) => {
    refuseDevice(writes, terms, decision);
    const repeated = writes.approvals.get(id)?.decisions.some(({ jws }) => jws === decision.jws) ?? false;
    const { kind, record } = recordDecision(writes, terms, principal, id, decision);
    const nowMs = terms.now();
    if (kind === "wrong-number")
      return { approval: countWrong(writes, record, principal, decision.jws, nowMs), isWrong: true };
    const at = { gateway: terms.gateway, nowMs };
    if (grant !== null) recordGrant(writes, at, principal, { approval: record, decision, grant, repeated });
    return { approval: record, isWrong: false };
  });
}

/** As it stands in the very commit: it may have been removed since the signature was looked at. */
function refuseDevice({ devices }: Writes, { secondWaits }: DecisionTerms, { device: { id } }: SignedDecision): void {
  const device = devices.get(id);
  if (device === undefined)
    throw new CountersignError("unknown_device", "This device is not enrolled for you. Sign in again to enrol it.");
  if (secondWaits()) refuseWaiting(device);
}
