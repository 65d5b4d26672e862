import type { ApprovalView, Hidden } from "../shared/approval.ts";
import { openStep, quorum } from "../shared/approval-steps.ts";
import { jsonLines } from "../shared/json-text.ts";
import type { PrincipalView } from "../shared/principal.ts";
import { stepText } from "./step-text.ts";

/** An approval as lines to decide by: nothing of the masked payload is left out, and untrusted text is quoted (rule 10). */
export function approvalLines(approval: ApprovalView, nowMs: number): readonly string[] {
  const { requester, rule, client, payload } = approval;
  return [
    `Request    ${approval.id} (${approval.state})`,
    `From       ${quoted(requester.name)} (${requester.id}), groups ${requester.groups.map(quoted).join(", ") || "none"}`,
    ...(requester.owner === undefined ? [] : [`Service of ${ownerText(requester.owner)}`]),
    `Through    ${client === null ? "an unnamed client" : `${quoted(client.name)} ${quoted(client.version)}`}, device ${approval.device ?? "none"}`,
    `Call       ${quoted(approval.tool)} on ${approval.connection}`,
    ...(approval.description === null ? [] : [`Server says ${quoted(approval.description)}`]),
    `Held by    rule ${quoted(rule.name)}, risk ${approval.risk}: ${quoted(rule.why)}`,
    ...stepLines(approval),
    ...signInLines(approval),
    ...numberLines(approval),
    timing(approval, nowMs),
    `Arguments  ${hiddenCount(payload.hidden)}`,
    ...jsonLines(payload.arguments).map((line) => `  ${line}`),
    ...payload.hidden.map(({ path, kind }) => `  hidden: ${path.map(String).map(quoted).join(" › ")} (${kind})`),
    ...decisionLines(approval),
  ];
}

/** Who answers for a service. */
export function ownerText({ kind, id }: NonNullable<PrincipalView["owner"]>): string {
  return kind === "group" ? `the group ${quoted(id)}` : quoted(id);
}

/** How many values the approver does not see, in words. */
export function hiddenCount(hidden: readonly Hidden[]): string {
  if (hidden.length === 0) return "nothing is hidden";
  return hidden.length === 1 ? "1 value is hidden" : `${hidden.length} values are hidden`;
}

/** How many approvals there are of how many: `1 of 2`. */
export function meter(approval: Pick<ApprovalView, "steps">): string {
  const { have, need } = quorum(approval);
  return `${have} of ${need}`;
}

/** Minutes and seconds, `9:05`, from an hour on with hours, `8:00:05`; never below zero. */
export function clock(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours === 0 ? `${minutes}:${two(seconds % 60)}` : `${hours}:${two(minutes)}:${two(seconds % 60)}`;
}

const two = (n: number): string => String(n).padStart(2, "0");

function stepLines(approval: ApprovalView): readonly string[] {
  const { steps, state, standing } = approval;
  const open = openStep(approval);
  const lines = steps.map(({ approvals, missing, ...step }, index) => {
    const named = stepText({ need: step.need, approvers: step.approvers.map(quoted) });
    const waits = missing === 0 ? "complete" : index + 1 === open ? `${missing} more needed` : "not open yet";
    const who = approvals.map(({ by }) => quoted(by.name)).join(", ");
    const number = steps.length === 1 ? "" : `step ${index + 1}: `;
    return `${number}${named}${state === "pending" ? `, ${waits}` : ""}${who === "" ? "" : `, approved by ${who}`}`;
  });
  const yours = state === "pending" ? standings[standing] : "";
  return [...lines, ...(yours === "" ? [] : [yours])].map(
    (line, index) => `${index === 0 ? "Deciders  " : "          "} ${line}`,
  );
}

function signInLines({ rule, state }: ApprovalView): readonly string[] {
  if (rule.approverSignIn === undefined || state !== "pending") return [];
  return [`Sign-in    to approve takes ${quoted(rule.approverSignIn.asks)} of yours: countersign sign-in`];
}

function numberLines({ matching, state, relation }: ApprovalView): readonly string[] {
  if (matching === undefined || matching === null) return [];
  const { wrong, most } = matching;
  const tries = wrong === 0 ? "" : ` (${wrong} wrong of ${most} that deny it)`;
  if (state === "pending" && relation === "requester")
    return [`Number     your console shows it: tell it to who approves, by voice, never in a chat${tries}`];
  if (state === "pending") return [`Number     its requester's console shows it; approve in yours${tries}`];
  return wrong === 0 ? [] : [`Number     ${wrong} wrong of ${most} that deny it`];
}

const standings = {
  decide: "",
  deny: "Your groups have approved this step already; you may still deny.",
  decided: "You have approved it already.",
  "not-their-step": "The open step is not yours to decide.",
  none: "",
} as const;

function timing(approval: ApprovalView, nowMs: number): string {
  const asked = `asked ${clock(nowMs - approval.createdAtMs)} ago`;
  return approval.state === "pending"
    ? `Time       ${asked}, ${clock(approval.expiresAtMs - nowMs)} left to decide`
    : `Time       ${asked}`;
}

function decisionLines({ decision, outcome }: ApprovalView): readonly string[] {
  const lines: string[] = [];
  if (decision !== null) {
    const reason = decision.reason === "" ? "" : `: ${quoted(decision.reason)}`;
    lines.push(`Decision   ${decision.verdict} by ${quoted(decision.by.name)} (${decision.by.id})${reason}`);
  }
  if (outcome !== null)
    lines.push(`Outcome    ${outcome.state}${outcome.message === "" ? "" : `: ${quoted(outcome.message)}`}`);
  return lines;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
