/**
 * Every code an answer of ours can carry. The gateway decides the HTTP status once (gateway/http),
 * the renderer the wording once (renderer/wording).
 */
export const errorCodes = [
  // who calls
  "token_missing",
  "token_invalid",
  "token_expired",
  "token_not_yet_valid",
  "wrong_issuer",
  "wrong_audience",
  "wrong_tenant",
  "wrong_client",
  "issuer_unreachable",
  "sign_in_too_old",
  "unknown_device",
  "device_waits",
  "not_allowed",
  "session_needed",
  "session_unknown",
  "session_ended",
  "revoked",
  "use_dpop_nonce",
  "proof_missing",
  "proof_malformed",
  "proof_signature",
  "proof_wrong_method",
  "proof_wrong_address",
  "proof_wrong_token",
  "proof_stale",
  "proof_replayed",
  // what was asked
  "not_found",
  "bad_request",
  "too_large",
  "bad_signature",
  // decisions
  "already_decided",
  "self_approval",
  "digest_mismatch",
  "expired",
  "not_approver",
  "rule_changed",
  "decision_expired",
  "reason_required",
  "presence_too_weak",
  "grant_refused",
  "number_required",
  "wrong_number",
  "decision_unanswered",
  // the engineer's side
  "signed_out",
  "reauthentication_needed",
  "sign_in_needed",
  "cancelled",
  "timed_out",
  "denied",
  "transient",
  "misconfigured",
  "pin_changed",
  "audience_taken",
  "gateway_unreachable",
  "gateway_restarting",
  "gateway_untrusted",
  "network_down",
  "proxy_failed",
  "paused",
  "port_taken",
  "profile_in_use",
  "not_running",
  "usage",
  "ledger_inconsistent",
  // faults
  "configuration",
  "store_failed",
  "disk_full",
  "target_failed",
  "internal",
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** The one fault of this code base: a stable code, a message that is safe to show, and what caused it. */
export class CountersignError extends Error {
  override readonly name = "CountersignError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** What crosses a process boundary instead of a thrown error. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
}

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Failure };

/** Whether the gateway failed at writing down what it does. */
export function isUnwritten(code: ErrorCode): boolean {
  return code === "store_failed" || code === "disk_full";
}

/** Whether a decision was not recorded because another, or the end of the request's time, was there first: then nothing went wrong. */
export function isTooLate(code: ErrorCode): boolean {
  return code === "already_decided" || code === "expired";
}

/** A failure that may be shown: faults that are not ours say no more than that they happened. */
export function toFailure(error: unknown): Failure {
  if (error instanceof CountersignError) return { code: error.code, message: error.message };
  return { code: "internal", message: "An unexpected fault; the process's own log has the cause." };
}
