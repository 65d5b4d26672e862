import {
  mayBeQuick,
  needsReason,
  type Presence,
  presence as presenceSchema,
  type StepView,
  type Verdict,
} from "../../shared/approval.ts";
import { openStep } from "../../shared/approval-steps.ts";
import { CountersignError } from "../../shared/errors.ts";
import { isBlank } from "../../shared/visible.ts";
import type { People } from "../identity/people.ts";
import type { Principal } from "../identity/principal.ts";
import { lackingOf } from "../policy/sign-in.ts";
import type { ApprovalRecord, DecisionRecord, Writes } from "../store/store.ts";
import { checkDecision, mismatch, type SignedDecision } from "./decision.ts";
import { committed, type KeyedDigest, matchNumber, revealed } from "./number.ts";
import { addDecision, move, viewOf } from "./records.ts";
import { notApprover, refuseDecider, refuseSecond } from "./decider.ts";
import { bringsFurther, isMember, stepViews } from "./steps.ts";
import { digestOf, wrongNumber } from "./wrong-number.ts";

/** What a decision is checked against besides the approval itself. */
export interface DecisionTerms {
  /** The gateway's origin, part of every decision. */
  readonly gateway: string;
  readonly now: () => number;
  readonly reuseMs: () => number;
  /** The person behind a principal's id by today's `identities:`. */
  readonly personOf: (id: string) => string;
  /** Who answers for a service, by today's `services:`. */
  readonly ownerOf: People["ownerOf"];
  /** The version of the named rule in today's policy, if it still is there. */
  readonly ruleVersion: (name: string) => string | undefined;
  readonly keyedDigest: KeyedDigest;
  /** Whether a device that waits to be confirmed decides nothing. */
  readonly secondWaits: () => boolean;
}

/** What came of a decision: recorded, or it named a wrong number and has to be counted within the same commit. */
export type Judged =
  | { readonly kind: "recorded"; readonly record: ApprovalRecord }
  | { readonly kind: "wrong-number"; readonly record: ApprovalRecord };

/** Checks a signed decision in the order of docs/protocol.md and records it; the first check that fails throws its code, but for a wrong number. */
export function recordDecision(
  writes: Writes,
  terms: DecisionTerms,
  principal: Principal,
  id: string,
  signed: SignedDecision,
): Judged {
  const nowMs = terms.now();
  const record = writes.approvals.get(id);
  if (record === undefined) throw new CountersignError("not_found", "There is no such request.");
  if (record.decisions.some(({ jws }) => jws === signed.jws)) return { kind: "recorded", record };
  if (record.wrongNumbers.some(({ sent }) => sent === digestOf(signed.jws))) throw wrongNumber(record);
  const steps = stepViews(record);
  const open = openStep({ steps });
  refuseDecider(record, principal, terms, steps.slice(0, open));
  refuseState(record, nowMs);
  refuseSecond(record, principal, terms);
  const step = steps[open - 1];
  if (step === undefined || !isMember(principal, step)) throw notApprover(step?.approvers ?? []);
  checkDecision(signed.payload, record, { gateway: terms.gateway, step: open }, nowMs);
  if (terms.ruleVersion(record.rule.name) !== record.rule.version) {
    const message = "The rule that held this call has changed. The call must be made again.";
    throw new CountersignError("rule_changed", message);
  }
  const { verdict, reason, presence } = signed.payload;
  refusePresence(record, verdict, presence);
  if (verdict === "approve") refuseApproval(record, reason, step, principal);
  if (verdict === "approve") refuseSignIn(record, principal, nowMs);
  if (!numberFits(record, signed.payload, terms)) return { kind: "wrong-number", record };
  const decision = { verdict, reason, by: viewOf(principal), device: signed.device.id, presence, atMs: nowMs };
  const decided = { ...decision, step: open, person: principal.person, jws: signed.jws };
  return { kind: "recorded", record: put(writes, record, decided, terms, nowMs) };
}

/** A denial ends the approval, an approval only with its last step; until then it stays pending, one decision richer. */
function put(
  writes: Writes,
  record: ApprovalRecord,
  decided: DecisionRecord,
  { keyedDigest, reuseMs }: DecisionTerms,
  nowMs: number,
): ApprovalRecord {
  const decisions = [...record.decisions, decided];
  const { step: _step, person: _person, jws: _jws, ...decision } = decided;
  if (decided.verdict === "deny")
    return move(writes, record, { state: "denied", decision, decisions, reuseUntilMs: null });
  const isComplete = stepViews({ ...record, decisions }).every(({ missing }) => missing === 0);
  const seed = revealed(keyedDigest, record);
  if (!isComplete)
    return addDecision(writes, record, decisions, { ...seed, ...committed(keyedDigest, { ...record, decisions }) });
  return move(writes, record, { state: "approved", decision, decisions, reuseUntilMs: nowMs + reuseMs() }, seed);
}

/** Whether the number is the one that is asked for; false for a wrong one. Throws where none was named, one was named in vain, or it is spent. */
function numberFits(
  record: ApprovalRecord,
  signed: SignedDecision["payload"],
  { keyedDigest }: DecisionTerms,
): boolean {
  const match = matchNumber(keyedDigest, record, signed);
  switch (match) {
    case "right":
      return true;
    case "wrong":
      return false;
    case "missing":
      throw new CountersignError(
        "number_required",
        "A critical call is approved only with the number that its requester's console shows.",
      );
    case "unasked":
    case "spent":
      throw mismatch("number");
    default:
      return match satisfies never;
  }
}

/** What rule and risk ask of an approval beyond the signature. To deny is always free. */
function refuseApproval(record: ApprovalRecord, reason: string, step: StepView, principal: Principal): void {
  if (needsReason(record) && isBlank(reason)) {
    const why = record.rule.requireReason === true ? "its rule asks for one" : `its risk is ${record.risk}`;
    const message = `This request is approved only with a reason, as ${why}: say why. It may be denied without.`;
    throw new CountersignError("reason_required", message);
  }
  if (!bringsFurther(step, principal)) {
    const message = "Your groups have approved this step already; a member of another one must. You may still deny.";
    throw new CountersignError("not_approver", message);
  }
}

/** What the rule asks of the approver's sign-in, as it asked when the call was held; a session of the morning is not its person. */
function refuseSignIn({ rule }: ApprovalRecord, principal: Principal, nowMs: number): void {
  const { approverSignIn: asked } = rule;
  if (asked === undefined) return;
  const { asks, withinMs, acr, methods } = asked;
  const terms = {
    ...(withinMs === undefined ? {} : { withinMs }),
    ...(acr === undefined ? {} : { acr }),
    ...(methods === undefined ? {} : { methods }),
  };
  if (lackingOf(principal, terms, nowMs) === null) return;
  const message = `To approve this request takes ${asks}. Sign in anew in Countersign (or run: countersign sign-in), then approve again. It may be denied without.`;
  throw new CountersignError("sign_in_needed", message);
}

/**
 * Where the person must be. A denial may come from anywhere but a notification that the rule doesn't let decide: nobody knows what that one
 * showed.
 */
function refusePresence({ rule, risk }: ApprovalRecord, verdict: Verdict, presence: Presence): void {
  const isQuick = rule.quick === true && mayBeQuick(risk);
  if (presence === "notification" && !isQuick)
    throw tooWeak("This request is not decided from a notification: open it.");
  const least = rule.presence ?? (isQuick ? "notification" : "cli");
  if (verdict === "approve" && presences.indexOf(presence) < presences.indexOf(least))
    throw tooWeak(
      `This request is approved ${places[least]}, not with presence ${presence}. It may be denied from here.`,
    );
}

function tooWeak(message: string): CountersignError {
  return new CountersignError("presence_too_weak", message);
}

const places: Readonly<Record<Presence, string>> = {
  notification: "from a notification or closer",
  cli: "in a terminal or the console's window",
  window: "in the console's window",
  authenticator: "with an authenticator",
};

const presences: readonly Presence[] = presenceSchema.options;

function refuseState(record: ApprovalRecord, nowMs: number): void {
  if (record.state === "expired" || (record.state === "pending" && record.expiresAtMs <= nowMs)) {
    throw new CountersignError("expired", "Nobody decided in time; the call was denied. Nothing was run.");
  }
  if (record.state !== "pending") {
    throw new CountersignError("already_decided", `This request is no longer pending: it is ${record.state}.`);
  }
}
