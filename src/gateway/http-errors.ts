import type { IncomingMessage } from "node:http";
import { ZodError } from "zod";
import type { CountersignError, ErrorCode } from "../shared/errors.ts";
import type { LogLine } from "./log.ts";

/** The HTTP status of each code; what is not listed is our own fault. */
const statuses: Partial<Readonly<Record<ErrorCode, number>>> = {
  token_missing: 401,
  token_invalid: 401,
  token_expired: 401,
  token_not_yet_valid: 401,
  wrong_issuer: 401,
  wrong_audience: 401,
  wrong_tenant: 401,
  wrong_client: 401,
  issuer_unreachable: 503,
  sign_in_too_old: 403,
  sign_in_needed: 403,
  unknown_device: 403,
  device_waits: 403,
  not_allowed: 403,
  session_needed: 403,
  session_unknown: 401,
  session_ended: 401,
  revoked: 403,
  use_dpop_nonce: 401,
  proof_missing: 401,
  proof_malformed: 401,
  proof_signature: 401,
  proof_wrong_method: 401,
  proof_wrong_address: 401,
  proof_wrong_token: 401,
  proof_stale: 401,
  proof_replayed: 401,
  transient: 503,
  not_found: 404,
  bad_request: 400,
  too_large: 413,
  bad_signature: 400,
  already_decided: 409,
  self_approval: 403,
  digest_mismatch: 409,
  expired: 410,
  not_approver: 403,
  rule_changed: 409,
  decision_expired: 409,
  reason_required: 400,
  presence_too_weak: 403,
  grant_refused: 403,
  number_required: 400,
  wrong_number: 403,
  store_failed: 503,
  disk_full: 503,
};

export function statusOf(code: ErrorCode): number {
  return statuses[code] ?? 500;
}

/** The token of `Authorization: Bearer TOKEN` (RFC 6750, section 2.1), undefined where there is none. */
export function bearerOf(request: IncomingMessage): string | undefined {
  return /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(request.headers.authorization ?? "")?.[1];
}

/** What a refused caller is told: for a token that can't be taken at all, also what to do. */
export function adviceOn({ code, message }: CountersignError): string {
  if (code !== "token_invalid") return message;
  return `${message} Sign in again; if that changes nothing, ask who runs the gateway: its log says why.`;
}

/** The log's line on a refused token. Never a value of the token: our own words, and the code or the claims' names of what stood behind them. */
export function refusedLine(
  { code, message, cause }: CountersignError,
  { path, address }: { readonly path: string; readonly address: string },
): LogLine {
  const behind = cause instanceof ZodError ? claimsOf(cause) : codeOf(cause);
  const why = behind === null ? message : `${message} (${behind})`;
  return { level: "warn", event: "auth.refused", code, path: path.slice(0, 200), address, why };
}

function claimsOf({ issues }: ZodError): string {
  return issues.map(({ path, code }) => `${path.map(String).join(".")}: ${code}`).join(", ");
}

function codeOf(cause: unknown): string | null {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : null;
}

/** `WWW-Authenticate` (RFC 6750, section 3) with the metadata that leads a client to the right issuer (RFC 9728, section 5.1). */
export function challenge(
  origin: string,
  url: string,
  code: ErrorCode,
  message: string,
): Readonly<Record<string, string>> {
  const path = url.split("?", 1)[0] ?? "/";
  if (code === "use_dpop_nonce") return { "www-authenticate": `DPoP error="use_dpop_nonce", algs="EdDSA"` };
  if (code.startsWith("session_") || code.startsWith("proof_"))
    return { "www-authenticate": `Session error="${code}"` };
  const quoted = message.replaceAll(/["\\]/g, "'").replaceAll(/[^\x20-\x7e]/g, "?");
  const parts = code === "token_missing" ? [] : [`error="invalid_token"`, `error_description="${code}: ${quoted}"`];
  if (/^\/mcp\/[a-z0-9-]{1,63}$/.test(path))
    parts.push(`resource_metadata="${origin}/.well-known/oauth-protected-resource${path}"`);
  return { "www-authenticate": parts.length === 0 ? "Bearer" : `Bearer ${parts.join(", ")}` };
}
