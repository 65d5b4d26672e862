import { z } from "zod";
import { approvalView, type ApprovalView, type DecisionPayload, type Presence } from "../shared/approval.ts";
import type { ConsoleInput } from "../shared/console.ts";
import { CountersignError } from "../shared/errors.ts";
import type { Device } from "./device.ts";
import { grantBeside } from "./grants.ts";
import type { GatewayApi } from "./gateway.ts";

/** What a person decided, `digest` being computed by whoever rendered the payload to them. */
export type Decision = ConsoleInput<"approvals.decide">;

/** Signs a decision on this approval, with the grant that goes with it, and sends both; answers with the approval as decided. Throws the gateway's codes, or `gateway_unreachable`. */
export async function decide(
  api: GatewayApi,
  device: Device,
  approval: ApprovalView,
  decision: Decision,
  presence: Presence,
  gatewayNowMs: number,
): Promise<ApprovalView> {
  const payload = decisionOn(approval, decision, presence, api.origin, Math.floor(gatewayNowMs / 1000));
  const grant = decision.grant === undefined ? null : grantBeside(approval, payload, decision.grant);
  const body = {
    decision: await device.sign(payload),
    ...(grant === null ? {} : { grant: await device.signGrant(grant) }),
  };
  const path = `/v1/approvals/${encodeURIComponent(approval.id)}/decision`;
  try {
    return (await api.post(path, body, decided)).approval;
  } catch (error) {
    if (!(error instanceof CountersignError) || error.code !== "gateway_unreachable") throw error;
    // The answer was lost, the decision perhaps not. The very same JWS is answered with its first result.
    return (await api.post(path, body, decided)).approval;
  }
}

const decided = z.object({ approval: approvalView });
/** How long a signed decision may travel; the gateway allows five minutes. */
const lifetimeSeconds = 120;

function decisionOn(
  approval: ApprovalView,
  decision: Decision,
  presence: Presence,
  gateway: string,
  iat: number,
): DecisionPayload {
  return {
    v: 1,
    gateway,
    approval: approval.id,
    principal: approval.requester.id,
    connection: approval.connection,
    tool: approval.tool,
    fingerprint: approval.fingerprint,
    payload: decision.digest,
    arguments: approval.argumentsDigest,
    rule: { name: approval.rule.name, version: approval.rule.version },
    step: decision.step,
    verdict: decision.verdict,
    reason: decision.reason,
    ...(decision.number === undefined ? {} : { number: decision.number }),
    presence,
    iat,
    exp: iat + lifetimeSeconds,
  };
}
