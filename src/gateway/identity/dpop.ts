import { createHash } from "node:crypto";
import {
  calculateJwkThumbprint,
  compactVerify,
  decodeProtectedHeader,
  importJWK,
  type JWTHeaderParameters,
} from "jose";
import { devicePublicKey, type DevicePublicKey } from "../../shared/device.ts";
import { CountersignError, type ErrorCode } from "../../shared/errors.ts";
import { dpopClaims, dpopType, type DpopClaims } from "../../shared/gateway-session.ts";
import { parseStrictJson } from "../../shared/strict-json.ts";
import type { DpopNonces } from "./dpop-nonces.ts";

/** What a DPoP proof is held against: the request that it came with, and the token beside it. */
export interface DpopExpected {
  readonly method: string;
  /** The address without query (RFC 9449, section 4.2). */
  readonly address: string;
  readonly token: string;
  readonly nowMs: number;
}

export interface Dpop {
  readonly claims: DpopClaims;
  /** RFC 7638, base64url. */
  readonly thumbprint: string;
}

const longestProof = 4096;
/** The nonce says that a proof is fresh; a clock that is further off than this is wrong. */
const skewSeconds = 60;

/**
 * Checks a proof in the order of RFC 9449, section 4.3. Throws CountersignError with a code for each check; `use_dpop_nonce` asks for the
 * same again with another nonce.
 */
export async function verifyDpop(proof: string | undefined, nonces: DpopNonces, expected: DpopExpected): Promise<Dpop> {
  if (proof === undefined || proof === "") refuse("proof_missing", "A session is begun with a DPoP proof.");
  const key = keyIn(proof);
  const claims = await verifiedClaims(proof, key);
  if (claims.htm !== expected.method) refuse("proof_wrong_method", "The proof is of another method (htm).");
  if (claims.htu !== expected.address) refuse("proof_wrong_address", "The proof is of another address (htu).");
  const ath = createHash("sha256").update(expected.token).digest("base64url");
  if (claims.ath !== ath) refuse("proof_wrong_token", "The proof is of another token (ath).");
  if (claims.nonce === undefined || !nonces.isCurrent(claims.nonce))
    refuse("use_dpop_nonce", "The proof needs the nonce of this answer's DPoP-Nonce header.");
  if (Math.abs(claims.iat - Math.floor(expected.nowMs / 1000)) > skewSeconds)
    refuse("proof_stale", "The proof was made too long ago or in the future (iat): compare the clocks.");
  return { claims, thumbprint: await calculateJwkThumbprint(key) };
}

/**
 * Notes a good proof as used, by its device, or of a service, which may use any key, by its principal. Only what may begin sessions counts:
 * whoever copied a token could otherwise use up, with keys of their own, what its person needs. Throws CountersignError `proof_replayed` or `transient`.
 */
export function spendProof(nonces: DpopNonces, whose: string, { claims }: Dpop): void {
  const used = nonces.use(whose, claims.jti);
  if (used === "replayed") refuse("proof_replayed", "The proof was used before (jti).");
  if (used === "many") refuse("transient", "Too many sessions are begun: wait a few minutes.");
}

function keyIn(proof: string): DevicePublicKey {
  let header: JWTHeaderParameters;
  try {
    if (proof.length > longestProof) throw new Error("too long");
    header = decodeProtectedHeader(proof) as JWTHeaderParameters;
  } catch (cause) {
    refuse("proof_malformed", "The DPoP header is no proof.", cause);
  }
  // RFC 7515, section 4.1.11: no extension is understood here.
  const known = Object.keys(header).every((member) => ["alg", "typ", "jwk"].includes(member));
  const key = devicePublicKey.safeParse(header.jwk);
  if (header.typ !== dpopType || header.alg !== "EdDSA" || !known || !key.success)
    refuse("proof_malformed", "The proof's header is not that of a DPoP proof by an Ed25519 key.");
  return key.data;
}

async function verifiedClaims(proof: string, jwk: DevicePublicKey): Promise<DpopClaims> {
  let payload: string;
  try {
    const verified = await compactVerify(proof, await importJWK(jwk, "EdDSA"), { algorithms: ["EdDSA"] });
    payload = new TextDecoder("utf-8", { fatal: true }).decode(verified.payload);
  } catch (cause) {
    refuse("proof_signature", "The proof's signature does not hold.", cause);
  }
  const parsed = parseStrictJson(payload);
  const claims = dpopClaims.safeParse(parsed.ok ? parsed.value : null);
  if (!claims.success) refuse("proof_malformed", "The proof's claims are not those of a session's.", claims.error);
  return claims.data;
}

function refuse(code: ErrorCode, message: string, cause?: unknown): never {
  throw new CountersignError(code, message, { cause });
}
