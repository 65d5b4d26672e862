import { CompactSign, exportJWK, generateKeyPair } from "jose";
import type { ApprovalView, DecisionPayload } from "../../src/shared/approval.ts";
import { enrolled, enrolmentType } from "../../src/shared/device.ts";
import { digest } from "../../src/shared/json.ts";

/** A key that signs as JWS of a type, enrolled at a gateway. */
export interface Device {
  readonly id: string;
  sign(typ: string, payload: object): Promise<string>;
}

/** Enrols a fresh device of the token's owner; `now` is the gateway's clock. */
export async function enrolDevice(url: string, token: string, now: () => number = Date.now): Promise<Device> {
  const { publicKey, privateKey } = await generateKeyPair("EdDSA");
  const { x = "" } = await exportJWK(publicKey);
  const sign = (typ: string, payload: object, kid?: string): Promise<string> =>
    new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
      .setProtectedHeader({ alg: "EdDSA", typ, ...(kid === undefined ? {} : { kid }) })
      .sign(privateKey);
  const proof = await sign(enrolmentType, { gateway: url, iat: Math.floor(now() / 1000) });
  const answer = await fetch(`${url}/v1/devices`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ key: { kty: "OKP", crv: "Ed25519", x }, name: "test", proof }),
  });
  const { device } = enrolled.parse(await answer.json());
  return { id: device, sign: (typ, payload) => sign(typ, payload, device) };
}

/** What a client that knows of no steps signs to approve what the approval shows, for two minutes. */
export async function approving(
  url: string,
  approval: ApprovalView,
  now: () => number = Date.now,
): Promise<DecisionPayload> {
  const { payload, rule } = approval;
  const iat = Math.floor(now() / 1000);
  return {
    v: 1,
    gateway: url,
    approval: approval.id,
    principal: approval.requester.id,
    connection: approval.connection,
    tool: approval.tool,
    fingerprint: approval.fingerprint,
    payload: await digest({ arguments: payload.arguments, hidden: [...payload.hidden] }),
    arguments: approval.argumentsDigest,
    rule: { name: rule.name, version: rule.version },
    verdict: "approve",
    reason: "",
    presence: "window",
    iat,
    exp: iat + 120,
  };
}
