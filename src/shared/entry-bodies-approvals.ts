import { z } from "zod";
import { approverStep, hidden, json, risk as riskOf } from "./approval.ts";
import {
  approvalId,
  by,
  callId,
  caller,
  connection,
  count,
  ruleVersion,
  text,
  time,
  toolName,
  why,
} from "./entry-members.ts";
import { shownConstraint } from "./grant.ts";
import { owner } from "./principal.ts";

const rule = ruleVersion.describe("the rule that held the call, by `name` and `version`");
const risk = riskOf.describe("the risk that the rule sets");

const held = {
  approval: approvalId,
  connection,
  tool: toolName,
  fingerprint: text("digest of the tool's declaration"),
  arguments: text("keyed digest of the real arguments"),
  principal: caller,
  owner: owner.describe("who answers for the service that asks: a `person` by id, or a `group`").optional(),
  rule,
};
const decision = {
  decision: text("the decision as it was signed: a compact JWS by an enrolled device"),
  by,
  step: count("the step that it counts in, from 1"),
};
const seed = { numberSeed: text("at critical risk: what the number was made from that was asked for").optional() };
const commitment = {
  numberCommitment: text("at critical risk: SHA-256 of the seed of the number that is asked for next").optional(),
};
const outcome = { outcome: text("what came of it, in words") };
const ended = {
  ...held,
  why: why.optional(),
  by: by.optional(),
};

const granted = {
  grant: text("the grant's id"),
  approval: approvalId,
  principal: caller,
  by: text("who granted it: a principal's id"),
  connection,
  tool: toolName,
  rule,
};
const used = { uses: count("how often it was used by then"), mostUses: count("how often it may be used") };

/** Bodies of the entries about held calls, decisions and grants. */
export const approvalBodies = {
  "approval.pending": z.strictObject({
    ...held,
    call: callId.optional(),
    risk,
    approvers: z.array(z.string()).describe("groups whose members may decide"),
    steps: z.array(approverStep).describe("the steps in their order: groups, and how many of them are needed"),
    expiresAtMs: time("when it ends undecided"),
    payload: z
      .strictObject({ arguments: json, hidden: z.array(hidden) })
      .describe("what approvers see: masked `arguments`, and the places that were masked"),
    ...commitment,
  }),
  "approval.approved": z.strictObject({ ...held, ...decision, ...seed }),
  "approval.denied": z.strictObject({ ...held, ...z.object(decision).partial().shape, why: why.optional() }),
  "approval.expired": z.strictObject(ended),
  "approval.withdrawn": z.strictObject(ended),
  "approval.claimed": z.strictObject(held),
  "approval.executed": z.strictObject({ ...held, ...outcome }),
  "approval.failed": z.strictObject({ ...held, ...outcome }),
  "approval.unknown": z.strictObject({ ...held, ...outcome }),
  "approval.lapsed": z.strictObject(ended),
  "decision.recorded": z.strictObject({ ...held, ...decision, ...seed, ...commitment }),
  "decision.refused": z.strictObject({
    approval: approvalId,
    by,
    code: text("why, by the code that docs/protocol.md lists"),
    wrong: count("how many wrong numbers there were by then").optional(),
    signed: text("the decision with the wrong number, as it was signed").optional(),
  }),
  "grant.created": z.strictObject({
    ...granted,
    fingerprint: text("digest of the tool's declaration"),
    risk,
    constraints: z.array(shownConstraint).describe("for each argument: equal, prefix or any"),
    mostUses: used.mostUses,
    endsAtMs: time("when it ends"),
    signed: text("the grant as it was signed: a compact JWS by an enrolled device"),
  }),
  "grant.used": z.strictObject({ ...granted, call: callId, ...used }),
  "grant.revoked": z.strictObject({
    ...granted,
    ...used,
    why,
    revokedBy: text("who revoked it: a principal's id"),
  }),
  "grant.ended": z.strictObject({ ...granted, ...used, why, state: text("`used-up`, `over` or `ended`") }),
} as const;
