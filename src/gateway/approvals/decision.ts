import { createHash } from "node:crypto";
import { decisionPayload, decisionType, type DecisionPayload } from "../../shared/approval.ts";
import { CountersignError } from "../../shared/errors.ts";
import { canonical, type Json } from "../../shared/json.ts";
import type { Principal } from "../identity/principal.ts";
import { isTimely, verifySigned, type Signed } from "../identity/signed.ts";
import type { ApprovalRecord, Reads } from "../store/store.ts";

/** A decision whose signature holds, by a device of the caller. */
export type SignedDecision = Signed<DecisionPayload>;

/** Checks who signed. Throws CountersignError `unknown_device` or `bad_signature`. */
export function verifyDecision(jws: string, principal: Principal, devices: Reads["devices"]): Promise<SignedDecision> {
  return verifySigned(jws, kind, principal, devices);
}

const kind = { typ: decisionType, payload: decisionPayload, noun: "decision" };

/** Where a decision is to count. */
interface Place {
  /** The gateway's origin. */
  readonly gateway: string;
  /** The open step, from 1. */
  readonly step: number;
}

/**
 * Compares a signed decision with what the gateway holds, field by field (rule 3), by the gateway's clock.
 * Throws CountersignError `digest_mismatch` or `decision_expired`.
 */
export function checkDecision(payload: DecisionPayload, record: ApprovalRecord, place: Place, nowMs: number): void {
  compareSigned(payload, { ...signedOf(record, place.gateway), arguments: record.argumentsDigest }, record);
  // A client from before there were steps names none, and can mean only the one step that an approval then had.
  const step = payload.step ?? (record.steps.length === 1 ? 1 : null);
  if (step !== place.step) throw mismatch("step");
  if (isTimely(payload, nowMs)) return;
  throw new CountersignError("decision_expired", "The decision was signed too long ago or for too long. Decide again.");
}

/** What everything that is signed about an approval must say of it. */
export function signedOf(record: ApprovalRecord, gateway: string): Readonly<Record<string, string>> {
  return {
    gateway,
    approval: record.id,
    principal: record.requester.id,
    connection: record.connection,
    tool: record.tool,
    fingerprint: record.fingerprint,
    payload: payloadDigest(record),
  };
}

/** Throws CountersignError `digest_mismatch` with the first field that differs. */
export function compareSigned(
  payload: Pick<DecisionPayload, "rule">,
  expected: Readonly<Record<string, string>>,
  { rule }: ApprovalRecord,
): void {
  const signed: Readonly<Record<string, unknown>> = payload;
  for (const [field, value] of Object.entries(expected)) {
    if (signed[field] !== value) throw mismatch(field);
  }
  if (payload.rule.name !== rule.name || payload.rule.version !== rule.version) throw mismatch("rule");
}

function payloadDigest(record: ApprovalRecord): string {
  const shown: Json = {
    arguments: record.payload.arguments,
    hidden: record.payload.hidden.map(({ path, kind: as }) => ({ path, kind: as })),
  };
  return createHash("sha256").update(canonical(shown)).digest("base64url");
}

/** What was signed is not what is held. */
export function mismatch(field: string): CountersignError {
  return new CountersignError(
    "digest_mismatch",
    `What was signed is not what is held: ${field} differs. Open the request again.`,
  );
}
