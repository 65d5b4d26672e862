import { createHash } from "node:crypto";
import { compactVerify, decodeProtectedHeader, importJWK } from "jose";
import { decisionPayload, decisionType, type DecisionPayload } from "../../shared/approval.ts";
import { CountersignError } from "../../shared/errors.ts";
import { canonical, type Json } from "../../shared/json.ts";
import type { Principal } from "../identity/principal.ts";
import { parseStrictJson } from "../mcp/strict-json.ts";
import type { ApprovalRecord, DeviceRecord, Reads } from "../store/store.ts";

/** A decision whose signature holds, by a device of the caller. */
export interface SignedDecision {
  readonly jws: string;
  readonly payload: DecisionPayload;
  readonly device: DeviceRecord;
}

/** No decision may be signed for longer than this, in seconds. */
const longestSeconds = 300;
const skewSeconds = 60;

/** Checks who signed (RFC 7515). Throws CountersignError `unknown_device` or `bad_signature`. */
export async function verifyDecision(
  jws: string,
  principal: Principal,
  devices: Reads["devices"],
): Promise<SignedDecision> {
  const header = headerOf(jws);
  if (header.alg !== "EdDSA" || header.typ !== decisionType || typeof header.kid !== "string") {
    throw new CountersignError("bad_signature", "The decision is not a JWS of the kind that devices sign.");
  }
  // RFC 7515, section 4.1.11: no extension is understood here, unencoded payloads (RFC 7797) included.
  if (header.crit !== undefined || header["b64"] !== undefined) {
    throw new CountersignError("bad_signature", "The decision demands an extension that is unknown here.");
  }
  const device = devices.get(header.kid);
  if (device === undefined || device.principal !== principal.id) {
    throw new CountersignError("unknown_device", "This device is not enrolled for you. Sign in again to enrol it.");
  }
  const key = await importJWK(device.key, "EdDSA");
  const verified = await compactVerify(jws, key, { algorithms: ["EdDSA"] }).catch((cause: unknown) => {
    throw new CountersignError("bad_signature", "The decision's signature does not hold.", { cause });
  });
  return { jws, payload: payloadOf(verified.payload), device };
}

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
  const expected: Readonly<Record<string, string>> = {
    gateway: place.gateway,
    approval: record.id,
    principal: record.requester.id,
    connection: record.connection,
    tool: record.tool,
    fingerprint: record.fingerprint,
    arguments: record.argumentsDigest,
    payload: payloadDigest(record),
  };
  const signed: Readonly<Record<string, unknown>> = payload;
  for (const [field, value] of Object.entries(expected)) {
    if (signed[field] !== value) throw mismatch(field);
  }
  if (payload.rule.name !== record.rule.name || payload.rule.version !== record.rule.version) throw mismatch("rule");
  // A client from before there were steps names none, and can mean only the one step that an approval then had.
  const step = payload.step ?? (record.steps.length === 1 ? 1 : null);
  if (step !== place.step) throw mismatch("step");
  const now = Math.floor(nowMs / 1000);
  const { iat, exp } = payload;
  if (exp <= now || exp - iat > longestSeconds || exp <= iat || iat > now + skewSeconds) {
    throw new CountersignError(
      "decision_expired",
      "The decision was signed too long ago or for too long. Decide again.",
    );
  }
}

function payloadDigest(record: ApprovalRecord): string {
  const shown: Json = {
    arguments: record.payload.arguments,
    hidden: record.payload.hidden.map(({ path, kind }) => ({ path, kind })),
  };
  return createHash("sha256").update(canonical(shown)).digest("base64url");
}

function mismatch(field: string): CountersignError {
  return new CountersignError(
    "digest_mismatch",
    `What was signed is not what is held: ${field} differs. Open the request again.`,
  );
}

function headerOf(jws: string): ReturnType<typeof decodeProtectedHeader> {
  try {
    return decodeProtectedHeader(jws);
  } catch (cause) {
    throw new CountersignError("bad_signature", "The decision is not a JWS.", { cause });
  }
}

function payloadOf(bytes: Uint8Array): DecisionPayload {
  try {
    // Another reader of the ledger must read the same decision: one meaning for every parser (rule 3).
    const parsed = parseStrictJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (!parsed.ok) throw new TypeError(parsed.reason);
    return decisionPayload.parse(parsed.value);
  } catch (cause) {
    throw new CountersignError("bad_signature", "The decision's payload is malformed.", { cause });
  }
}
