import { z } from "zod";

/** Where a session at the gateway is begun, renewed (`POST`, with a DPoP proof) and ended (`DELETE`, as a request of it). */
export const gatewaySessionPath = "/v1/session";

const publicKey = /^[A-Za-z0-9_-]{43}$/;

/**
 * The claims of the DPoP proof (RFC 9449, section 4.2) by which a session is begun or renewed. `iat` is seconds. Of ours are `epk`, the client's
 * X25519 key of this one exchange (base64url), and `renews`, the id of the session that goes on.
 */
export const dpopClaims = z.strictObject({
  jti: z.string().regex(/^[\w-]{16,64}$/),
  htm: z.string(),
  htu: z.string(),
  iat: z.number().int(),
  ath: z.string(),
  nonce: z.string().max(200).optional(),
  epk: z.string().regex(publicKey),
  renews: z.string().max(64).optional(),
});
export type DpopClaims = z.infer<typeof dpopClaims>;
export const dpopType = "dpop+jwt";

/**
 * A session as it is answered. `token` names it in requests and opens nothing without the key, which both sides derive from the two X25519
 * keys and which is in no message. `expiresAtMs` and `nowMs` are by the gateway's clock.
 */
export const begunSession = z.object({
  session: z.string().regex(/^gs_[\w-]{22}$/),
  token: z.string().regex(/^gt_[\w-]{43}$/),
  epk: z.string().regex(publicKey),
  expiresAtMs: z.number(),
  nowMs: z.number(),
});
export type BegunSession = z.infer<typeof begunSession>;

/** What the key of one exchange is derived for (HKDF-SHA-256 over the X25519 secret, no salt, 32 bytes), as UTF-8. */
export function sessionKeyInfo(gateway: string, { session, token }: Pick<BegunSession, "session" | "token">): string {
  return `countersign session key v1\n${gateway}\n${session}\n${token}`;
}

/** `Authorization` of a request in a session. */
export function sessionAuthorization(token: string): string {
  return `Session ${token}`;
}

/** One request's proof, before it is signed: `created` in seconds by the gateway's clock, `nonce` a number that this token never had. */
export interface ProofTerms {
  readonly created: number;
  readonly nonce: number;
  readonly session: string;
}

/** The signature's parameters (RFC 9421, section 2.3), in the one form and order that counts here. */
export function proofParameters({ created, nonce, session }: ProofTerms): string {
  return `${covered};created=${created};nonce="${nonce}";alg="hmac-sha256";keyid="${session}";tag="countersign"`;
}

/** The terms that parameters in that form say, null for any other form. */
export function readProofParameters(parameters: string): ProofTerms | null {
  const [, created, nonce, session] = form.exec(parameters) ?? [];
  if (session === undefined) return null;
  return { created: Number(created), nonce: Number(nonce), session };
}

/** What is signed (RFC 9421, section 2.5). `target` is the whole address, with the query; `authorization` the header's value. */
export function signatureBase(method: string, target: string, authorization: string, parameters: string): string {
  return `"@method": ${method}\n"@target-uri": ${target}\n"authorization": ${authorization}\n"@signature-params": ${parameters}`;
}

const covered = '("@method" "@target-uri" "authorization")';
const form =
  /^\("@method" "@target-uri" "authorization"\);created=(\d{1,12});nonce="([1-9]\d{0,14})";alg="hmac-sha256";keyid="(gs_[\w-]{22})";tag="countersign"$/;
/** The signature's name in `Signature-Input` and `Signature`. */
export const proofLabel = "cs";
