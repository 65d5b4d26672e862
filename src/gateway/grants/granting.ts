import { randomBytes } from "node:crypto";
import type { MaskedPayload } from "../../shared/approval.ts";
import { CountersignError } from "../../shared/errors.ts";
import {
  grantPayload,
  grantType,
  type GrantConstraint,
  type GrantPayload,
  type ShownConstraint,
} from "../../shared/grant.ts";
import { isJsonObject, type JsonObject } from "../../shared/json.ts";
import { compareSigned, mismatch, signedOf, type SignedDecision } from "../approvals/decision.ts";
import { viewOf } from "../approvals/records.ts";
import type { Principal } from "../identity/principal.ts";
import { isTimely, verifySigned, type Signed } from "../identity/signed.ts";
import type { GrantRecord } from "../store/grants.ts";
import type { ApprovalRecord, Reads, Writes } from "../store/store.ts";
import { refuseTerms } from "./terms.ts";
import { factsOf } from "./records.ts";

/** A grant whose signature holds, by a device of the caller. */
export type SignedGrant = Signed<GrantPayload>;

/** Checks who signed. Throws CountersignError `unknown_device` or `bad_signature`. */
export function verifyGrant(jws: string, principal: Principal, devices: Reads["devices"]): Promise<SignedGrant> {
  return verifySigned(jws, { typ: grantType, payload: grantPayload, noun: "grant" }, principal, devices);
}

/** So many may live at once for one principal and tool. */
const mostLive = 50;

/**
 * Records the grant that came with this decision, within the decision's own commit: both or neither. `approval` is as decided. Throws
 * CountersignError `grant_refused`, `digest_mismatch`, `decision_expired` or `already_decided`.
 */
export function recordGrant(
  writes: Writes,
  { gateway, nowMs }: { readonly gateway: string; readonly nowMs: number },
  principal: Principal,
  { approval, decision, grant, repeated }: Granting,
): void {
  const known = writes.grants.ofApproval(approval.id);
  if (known?.jws === grant.jws) return;
  if (known !== undefined || repeated)
    throw new CountersignError("already_decided", "This request was decided already, without this grant.");
  if (approval.state !== "approved" || decision.payload.verdict !== "approve")
    throw new CountersignError(
      "grant_refused",
      "A grant goes only with the decision that approves the call it is made from.",
    );
  if (grant.device.id !== decision.device.id) throw mismatch("device");
  compareSigned(grant.payload, { ...signedOf(approval, gateway), presence: decision.payload.presence }, approval);
  if (grant.payload.presence === "notification")
    throw new CountersignError("presence_too_weak", "Nothing is granted from a notification: open the request.");
  if (!isTimely(grant.payload, nowMs))
    throw new CountersignError("decision_expired", "The grant was signed too long ago or for too long. Decide again.");
  refuseTerms(grant.payload, approval, nowMs);
  const { requester, connection, tool } = approval;
  if (writes.grants.live(requester.id, connection, tool).length >= mostLive)
    throw new CountersignError(
      "grant_refused",
      `${mostLive} grants of this tool live for this person: revoke one first.`,
    );
  const record = newGrant(approval, principal, grant, nowMs);
  writes.grants.put(record);
  writes.append("grant.created", entryOf(record));
}

interface Granting {
  readonly approval: ApprovalRecord;
  readonly decision: SignedDecision;
  readonly grant: SignedGrant;
  /** The decision had been recorded before: a grant can't be added to it. */
  readonly repeated: boolean;
}

function newGrant(
  approval: ApprovalRecord,
  by: Principal,
  { jws, payload, device }: SignedGrant,
  nowMs: number,
): GrantRecord {
  const { id, requester, person, place, connection, tool, fingerprint, rule, risk, approvers } = approval;
  return {
    id: `grt_${randomBytes(12).toString("base64url")}`,
    state: "live",
    approval: id,
    principal: requester,
    person,
    place,
    by: viewOf(by),
    device: device.id,
    presence: payload.presence,
    connection,
    tool,
    fingerprint,
    rule: { name: rule.name, version: rule.version },
    risk,
    approvers: [...approvers],
    constraints: payload.constraints.map((constraint) => shownOf(constraint, approval.payload)),
    uses: 0,
    mostUses: payload.mostUses,
    createdAtMs: nowMs,
    endsAtMs: payload.until * 1000,
    lastUsedAtMs: null,
    end: null,
    jws,
  };
}

/** The constraint with what was seen of the value it binds to; the raw value is nowhere in it (rule 6). */
function shownOf(constraint: GrantConstraint, { arguments: shown, hidden }: MaskedPayload): ShownConstraint {
  if (constraint.constraint !== "equal") return constraint;
  const { argument } = constraint;
  const value = isJsonObject(shown) && Object.hasOwn(shown, argument) ? (shown[argument] ?? null) : null;
  const within = hidden.filter(({ path }) => path[0] === argument);
  return { ...constraint, shown: value, hidden: within.map(({ path, kind }) => ({ path: path.slice(1), kind })) };
}

function entryOf(record: GrantRecord): JsonObject {
  const { fingerprint, risk, constraints, mostUses, endsAtMs, jws } = record;
  const bound = constraints.map((constraint): JsonObject =>
    constraint.constraint === "equal"
      ? { ...constraint, hidden: constraint.hidden.map(({ path, kind }) => ({ path, kind })) }
      : { ...constraint },
  );
  return { ...factsOf(record), fingerprint, risk, constraints: bound, mostUses, endsAtMs, signed: jws };
}
