import { z } from "zod";
import { approvalView, type ApprovalView, type Presence } from "../shared/approval.ts";
import type { ConsoleState } from "../shared/console.ts";
import { CountersignError, isTooLate } from "../shared/errors.ts";
import { entraClaims } from "../shared/sign-in-demand.ts";
import { signDecision, type Decision } from "./decisions.ts";
import type { Device } from "./device.ts";
import type { GatewayApi } from "./gateway.ts";
import type { GatewayLink } from "./gateway-link.ts";
import type { Sending } from "./sending.ts";
import type { StepUps } from "./step-up/step-ups.ts";

interface DecidingOptions {
  readonly api: GatewayApi;
  readonly device: Device;
  readonly link: GatewayLink;
  readonly sending: Sending;
  readonly stepUps: Pick<StepUps, "want">;
  readonly state: () => ConsoleState;
}

/**
 * Signs what a person decided, sends it until the gateway answers, and shows the approval as the gateway then has it: also where another
 * decision was there first. Throws the gateway's codes, `not_found`, or `decision_unanswered`.
 */
export async function decide(options: DecidingOptions, decision: Decision, presence: Presence): Promise<ApprovalView> {
  const { api, device, link, sending, state } = options;
  const approval = link.held.get(decision.id);
  if (approval === undefined) throw new CountersignError("not_found", "No such approval is known here.");
  const signed = await signDecision(api, device, approval, decision, presence, link.gatewayNowMs());
  const untilMs = signed.expiresAtMs - state().gateway.clockOffsetMs;
  try {
    const decided = await sending.send({ approval: decision.id, verdict: decision.verdict, untilMs }, async () => {
      const answer = await signed.post();
      if (answer.id !== decision.id || !link.held.fits(answer)) throw another();
      return answer;
    });
    show(link, decided);
    if (decision.grant !== undefined) link.refreshGrants();
    return decided;
  } catch (error) {
    if (error instanceof CountersignError && error.code === "sign_in_needed") askForSignIn(options, approval);
    // Who comes too late is to see at once who decided, and how; where that can't be read now, the stream brings it.
    if (error instanceof CountersignError && isTooLate(error.code))
      await showLatest(options, decision.id).catch(() => undefined);
    throw error;
  }
}

/**
 * Shown at once, though the stream may have brought it already: its lists come at a pace. Not where nothing of it is known any more: whoever
 * asked has signed out meanwhile.
 */
export function show(link: Pick<GatewayLink, "held" | "showApprovals">, approval: ApprovalView): void {
  if (link.held.get(approval.id) === undefined) return;
  link.held.take(approval);
  link.showApprovals();
}

async function showLatest({ api, link }: DecidingOptions, id: string): Promise<void> {
  const { approval } = await api.get(`/v1/approvals/${encodeURIComponent(id)}`, latest);
  if (approval.id === id && link.held.fits(approval)) show(link, approval);
}

/** The next sign-in brings what the rule asks of who approves; the person then approves again, what they still see. */
function askForSignIn({ stepUps, state }: DecidingOptions, { rule, connection, tool }: ApprovalView): void {
  const { asks = "", withinMs, acr } = rule.approverSignIn ?? {};
  const [context] = state().provider.kind === "entra" ? (acr ?? []) : [];
  const challenge = {
    ...(withinMs === undefined ? {} : { maxAgeSeconds: Math.floor(withinMs / 1000) }),
    ...(acr === undefined ? {} : { acrValues: acr.join(" ") }),
    ...(context === undefined ? {} : { claims: entraClaims(context) }),
  };
  stepUps.want({ rule: rule.name, asks, connection, name: tool, client: "", challenge, decision: true });
}

const latest = z.object({ approval: approvalView });

function another(): CountersignError {
  const message = "The gateway answered for another request than was shown: nothing else was signed. Tell an auditor.";
  return new CountersignError("digest_mismatch", message);
}
