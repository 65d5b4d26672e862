import { decisionType, type ApprovalView, type DecisionPayload } from "../../../src/shared/approval.ts";
import { grantType, type GrantConstraint, type GrantPayload } from "../../../src/shared/grant.ts";
import { approving, enrolDevice } from "../../support/device.ts";
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
  const now = (): number => Date.now() + aheadMs();
  const device = await enrolDevice(url, token, now);
  const granter: Granter = {
    token,
    sign: (typ, payload) => device.sign(typ, payload),
    async body(approval, change = {}) {
      const decision = await approving(url, approval, now);
      const { arguments: _arguments, verdict: _verdict, reason: _reason, ...shared } = decision;
      const bound = (approval.grants?.arguments ?? []).map(
        ({ name, digest: value }): GrantConstraint =>
          change.constraints?.find(({ argument }) => argument === name) ?? {
            argument: name,
            constraint: "equal",
            digest: value,
          },
      );
      const grant = { ...shared, constraints: bound, mostUses: 3, until: shared.iat + 3600, ...change.grant };
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
