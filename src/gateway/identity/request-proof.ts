import { createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { CountersignError, type ErrorCode } from "../../shared/errors.ts";
import { proofLabel, readProofParameters, sessionAuthorization, signatureBase } from "../../shared/gateway-session.ts";
import type { GatewaySessions, SessionToken } from "./gateway-sessions.ts";

/** How far a proof's time may lie from the gateway's: what was caught on the way and kept back is worth nothing after it. */
const skewSeconds = 60;

/** The token of `Authorization: Session TOKEN`, undefined where there is none. */
export function sessionTokenOf({ headers }: IncomingMessage): string | undefined {
  return /^Session (gt_[\w-]{43})$/.exec(headers.authorization ?? "")?.[1];
}

/**
 * The session that a request comes in, by a token and a proof that only the holder of its key can make (RFC 9421, `hmac-sha256`), once.
 * `origin` is the gateway's own, whatever Host says. Throws CountersignError, a code for each check.
 */
export function verifyRequestProof(
  request: IncomingMessage,
  token: string,
  { sessions, origin, nowMs }: { readonly sessions: GatewaySessions; readonly origin: string; readonly nowMs: number },
): SessionToken {
  const found = sessions.find(token);
  if (found === undefined) refuse("session_unknown", "The gateway does not know this session: begin one anew.");
  if (found.session.isEnded || found.expiresAtMs <= nowMs)
    refuse("session_ended", "This session has ended: begin one anew.");
  const { "signature-input": input, signature } = request.headers;
  if (input === undefined || signature === undefined)
    refuse("proof_missing", "A request in a session carries its proof (Signature-Input, Signature).");
  const parameters = unlabelled(input);
  const terms = parameters === null ? null : readProofParameters(parameters);
  const mac = /^cs=:([A-Za-z0-9+/]{43}=):$/.exec(String(signature))?.[1];
  if (parameters === null || terms === null || mac === undefined)
    refuse("proof_malformed", "The request's signature is not in the form that sessions have.");
  if (terms.session !== found.session.id) refuse("proof_wrong_token", "The proof is of another session (keyid).");
  if (Math.abs(terms.created - Math.floor(nowMs / 1000)) > skewSeconds)
    refuse("proof_stale", "The proof was made too long ago or in the future (created): compare the clocks.");
  if (!found.window.isNew(terms.nonce)) refuse("proof_replayed", "The proof was used before (nonce).");
  const target = `${origin}${request.url ?? ""}`;
  const base = signatureBase(request.method ?? "", target, sessionAuthorization(token), parameters);
  const own = createHmac("sha256", found.key).update(base).digest();
  if (!timingSafeEqual(own, Buffer.from(mac, "base64")))
    refuse("proof_signature", "The proof is not of this request, or not by this session's key.");
  found.window.take(terms.nonce);
  return found;
}

function unlabelled(input: string | readonly string[]): string | null {
  const text = String(input);
  return text.startsWith(`${proofLabel}=`) ? text.slice(proofLabel.length + 1) : null;
}

function refuse(code: ErrorCode, message: string): never {
  throw new CountersignError(code, message);
}
