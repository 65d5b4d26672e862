import { decisionType, type ApprovalView, type DecisionPayload } from "../../../src/shared/approval.ts";
import { openStep } from "../../../src/shared/approval-steps.ts";
import { approving, enrolDevice } from "../../support/device.ts";
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
  const device = await enrolDevice(url, token);
  return {
    async approve(approval, bearer = token, change = {}) {
      const payload = { ...(await approving(url, approval)), step: openStep(approval), ...change };
      const decision = await device.sign(decisionType, payload);
      return call(url, bearer, `/v1/approvals/${approval.id}/decision`, { decision });
    },
  };
}
