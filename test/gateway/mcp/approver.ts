import { CompactSign, exportJWK, generateKeyPair } from "jose";
import { decisionType, type ApprovalView, type DecisionPayload } from "../../../src/shared/approval.ts";
import { openStep } from "../../../src/shared/approval-steps.ts";
import { enrolled, enrolmentType } from "../../../src/shared/device.ts";
import { digest } from "../../../src/shared/json.ts";
import { call } from "../../support/world.ts";

export interface Approver {
  /** `bearer` instead of the token that enrolled the device; `change` of what is signed. */
  approve(
    approval: ApprovalView,
    bearer?: string,
    change?: Partial<DecisionPayload>,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
}

/** A device of this token's owner, enrolled at the gateway, that approves by signature. */
export async function enrolApprover({ url }: { readonly url: string }, token: string): Promise<Approver> {
  const { publicKey, privateKey } = await generateKeyPair("EdDSA");
  const { x = "" } = await exportJWK(publicKey);
  const iat = Math.floor(Date.now() / 1000);
  const sign = (typ: string, payload: object, kid?: string): Promise<string> =>
    new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
      .setProtectedHeader({ alg: "EdDSA", typ, ...(kid === undefined ? {} : { kid }) })
      .sign(privateKey);
  const proof = await sign(enrolmentType, { gateway: url, iat });
  const key = { kty: "OKP", crv: "Ed25519", x };
  const { device } = enrolled.parse((await call(url, token, "/v1/devices", { key, name: "test", proof })).body);
  return {
    async approve(approval, bearer = token, change = {}) {
      const { payload, rule } = approval;
      const decision = await sign(
        decisionType,
        {
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
          step: openStep(approval),
          verdict: "approve",
          reason: "",
          presence: "window",
          iat: Math.floor(Date.now() / 1000),
          exp: Math.floor(Date.now() / 1000) + 120,
          ...change,
        },
        device,
      );
      return call(url, bearer, `/v1/approvals/${approval.id}/decision`, { decision });
    },
  };
}
