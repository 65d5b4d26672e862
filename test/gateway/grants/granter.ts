import { CompactSign, exportJWK, generateKeyPair } from "jose";
import { decisionType, type ApprovalView, type DecisionPayload } from "../../../src/shared/approval.ts";
import { enrolled, enrolmentType } from "../../../src/shared/device.ts";
import { grantType, type GrantConstraint, type GrantPayload } from "../../../src/shared/grant.ts";
import { digest } from "../../../src/shared/json.ts";
import { call } from "../../support/world.ts";

/** What an approver changes of what would be signed. */
export interface GrantChange {
  readonly decision?: Partial<DecisionPayload>;
  readonly grant?: Partial<GrantPayload>;
  /** Of arguments that are not bound to their value. */
  readonly constraints?: readonly GrantConstraint[];
  /** Signs the grant with another device. */
  readonly signer?: Granter;
  readonly typ?: string;
}

/** A person with an enrolled device who approves and grants. */
export interface Granter {
  readonly token: string;
  sign(typ: string, payload: object): Promise<string>;
  /** The body of a decision with a grant beside it. */
  body(approval: ApprovalView, change?: GrantChange): Promise<{ readonly decision: string; readonly grant: string }>;
  approveAndGrant(
    approval: ApprovalView,
    change?: GrantChange,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
}

/** `aheadMs`: how far the gateway's clock is ahead. */
export async function enrolGranter(url: string, token: string, aheadMs: () => number = () => 0): Promise<Granter> {
  const { publicKey, privateKey } = await generateKeyPair("EdDSA");
  const { x = "" } = await exportJWK(publicKey);
  const now = (): number => Math.floor((Date.now() + aheadMs()) / 1000);
  const signWith = (typ: string, payload: object, kid?: string): Promise<string> =>
    new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
      .setProtectedHeader({ alg: "EdDSA", typ, ...(kid === undefined ? {} : { kid }) })
      .sign(privateKey);
  const proof = await signWith(enrolmentType, { gateway: url, iat: now() });
  const key = { kty: "OKP", crv: "Ed25519", x };
  const { device } = enrolled.parse((await call(url, token, "/v1/devices", { key, name: "test", proof })).body);
  const granter: Granter = {
    token,
    sign: (typ, payload) => signWith(typ, payload, device),
    async body(approval, change = {}) {
      const { payload, rule, grants } = approval;
      const shared = {
        v: 1,
        gateway: url,
        approval: approval.id,
        principal: approval.requester.id,
        connection: approval.connection,
        tool: approval.tool,
        fingerprint: approval.fingerprint,
        payload: await digest({ arguments: payload.arguments, hidden: [...payload.hidden] }),
        rule: { name: rule.name, version: rule.version },
        presence: "window",
        iat: now(),
        exp: now() + 120,
      };
      const decision = { ...shared, arguments: approval.argumentsDigest, verdict: "approve", reason: "" };
      const bound = (grants?.arguments ?? []).map(
        ({ name, digest: value }): GrantConstraint =>
          change.constraints?.find(({ argument }) => argument === name) ?? {
            argument: name,
            constraint: "equal",
            digest: value,
          },
      );
      const grant = { ...shared, constraints: bound, mostUses: 3, until: now() + 3600, ...change.grant };
      return {
        decision: await granter.sign(decisionType, { ...decision, ...change.decision }),
        grant: await (change.signer ?? granter).sign(change.typ ?? grantType, grant),
      };
    },
    async approveAndGrant(approval, change) {
      return call(url, token, `/v1/approvals/${approval.id}/decision`, await granter.body(approval, change));
    },
  };
  return granter;
}
