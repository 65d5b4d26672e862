import { z } from "zod";
import { approvalView, type ApprovalView, type DecisionPayload, type Presence } from "../shared/approval.ts";
import type { ConsoleInput } from "../shared/console-calls.ts";
import type { Device } from "./device.ts";
import { grantBeside } from "./grants.ts";
import type { GatewayApi } from "./gateway.ts";

/** What a person decided, `digest` being computed by whoever rendered the payload to them. */
export type Decision = ConsoleInput<"approvals.decide">;

/** A decision signed once, however often it is sent. */
interface SignedDecision {
  /** When the signature runs out, in ms by the gateway's clock. */
  readonly expiresAtMs: number;
  /** Sends it, the very same each time: the gateway answers with its first result. Throws its codes, or `gateway_unreachable`. */
  post(): Promise<ApprovalView>;
}

/** Signs a decision on this approval, and the grant that goes with it. */
export async function signDecision(
  api: GatewayApi,
  device: Device,
  approval: ApprovalView,
  decision: Decision,
  presence: Presence,
  gatewayNowMs: number,
): Promise<SignedDecision> {
  const payload = decisionOn(approval, decision, presence, api.origin, Math.floor(gatewayNowMs / 1000));
  const grant = decision.grant === undefined ? null : grantBeside(approval, payload, decision.grant);
  const body = {
    decision: await device.sign(payload),
    ...(grant === null ? {} : { grant: await device.signGrant(grant) }),
  };
  const path = `/v1/approvals/${encodeURIComponent(approval.id)}/decision`;
  return {
    expiresAtMs: payload.exp * 1000,
    post: async () => (await api.post(path, body, decided)).approval,
  };
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
