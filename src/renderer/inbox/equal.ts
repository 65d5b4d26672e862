import { needsReason, type ApprovalView, type MaskedPayload } from "../../shared/approval.ts";
import { openStep, waitsForReader } from "../../shared/approval-steps.ts";
import { canonical } from "../../shared/json.ts";
import { needsNumber } from "./demands.ts";

/**
 * Those that may be approved with this one by one press, itself among them; none where it may not. Equal are requests of low risk, by one
 * principal, for one tool as it is declared, under one rule and in the same step, whose shown payloads are the same: what is hidden may differ.
 */
export function equalTo(approval: ApprovalView, all: readonly ApprovalView[]): readonly ApprovalView[] {
  if (approval.risk !== "low" || needsReason(approval) || needsNumber(approval)) return [];
  const near = all.filter((other) => waitsForReader(other) && isNear(other, approval));
  if (near.length < 2) return [];
  const key = shownKey(approval);
  const equal = near.filter((other) => shownKey(other) === key);
  return equal.length < 2 ? [] : equal;
}

function isNear(one: ApprovalView, other: ApprovalView): boolean {
  if (one.risk !== other.risk || one.requester.id !== other.requester.id) return false;
  if (one.connection !== other.connection || one.tool !== other.tool) return false;
  if (one.fingerprint !== other.fingerprint || openStep(one) !== openStep(other)) return false;
  return one.rule.name === other.rule.name && one.rule.version === other.rule.version;
}

/** Thousands may be near each other, and each stays the same object while others come and go. */
const shownKeys = new WeakMap<MaskedPayload, string>();

function shownKey({ payload }: ApprovalView): string {
  const known = shownKeys.get(payload);
  if (known !== undefined) return known;
  const key = canonical({
    arguments: payload.arguments,
    hidden: payload.hidden.map(({ path, kind }) => ({ path, kind })),
  });
  shownKeys.set(payload, key);
  return key;
}
