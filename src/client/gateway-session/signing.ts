import {
  createHmac,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
} from "node:crypto";
import type { KeyObject } from "node:crypto";
import {
  proofLabel,
  proofParameters,
  sessionAuthorization,
  sessionKeyInfo,
  signatureBase,
  type BegunSession,
} from "../../shared/gateway-session.ts";
import type { Pass } from "../pass.ts";

/** This side of one key agreement: a public key to send, and what it makes of the gateway's answer. */
export interface Agreement {
  /** X25519, base64url. */
  readonly epk: string;
  /** The key of the session that was begun; it can't be read out of the process's objects. */
  keyOf(begun: BegunSession, gateway: string): KeyObject;
}

export function agreement(): Agreement {
  const { publicKey, privateKey } = generateKeyPairSync("x25519");
  return {
    epk: publicKey.export({ format: "jwk" }).x ?? "",
    keyOf(begun, gateway) {
      const theirs = createPublicKey({ key: { kty: "OKP", crv: "X25519", x: begun.epk }, format: "jwk" });
      const secret = diffieHellman({ privateKey, publicKey: theirs });
      return createSecretKey(Buffer.from(hkdfSync("sha256", secret, "", sessionKeyInfo(gateway, begun), 32)));
    },
  };
}

/** The pass of a session's token: each request is signed (RFC 9421) with the next number. `gatewayNowMs`: the gateway's clock. */
export function signedPass(begun: BegunSession, key: KeyObject, gateway: string, gatewayNowMs: () => number): Pass {
  const authorization = sessionAuthorization(begun.token);
  let last = 0;
  return {
    headers(method, target) {
      last += 1;
      const created = Math.floor(gatewayNowMs() / 1000);
      const parameters = proofParameters({ created, nonce: last, session: begun.session });
      const base = signatureBase(method, `${gateway}${target}`, authorization, parameters);
      return {
        authorization,
        "signature-input": `${proofLabel}=${parameters}`,
        signature: `${proofLabel}=:${createHmac("sha256", key).update(base).digest("base64")}:`,
      };
    },
  };
}
