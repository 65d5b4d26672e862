import { z } from "zod";
import { grantOffer } from "./grant-offer.ts";
import { isJson, isJsonObject, type Json, type JsonObject } from "./json.ts";
import { principalView } from "./principal.ts";

export const risk = z.enum(["low", "medium", "high", "critical"]);
export type Risk = z.infer<typeof risk>;

/** Whether a rule of this risk may say `quick`: what is riskier is decided where all of it is seen. */
export function mayBeQuick(of: Risk): boolean {
  return of === "low" || of === "medium";
}

export const approvalState = z.enum([
  "pending",
  "approved",
  "denied",
  "expired",
  "withdrawn",
  "claimed",
  "executed",
  "failed",
  "unknown",
  "lapsed",
]);
export type ApprovalState = z.infer<typeof approvalState>;

export const verdict = z.enum(["approve", "deny"]);
export type Verdict = z.infer<typeof verdict>;

/** Where the person decided, from the weakest to the strongest. Part of what is signed. `notification` counts only where the rule says `quick`. */
export const presence = z.enum(["notification", "cli", "window", "authenticator"]);
export type Presence = z.infer<typeof presence>;

/** Two digits that only the requester's console shows, and that whoever approves a critical call has to name. */
export const matchedNumber = z.string().regex(/^[1-9]\d$/, "It is two digits, 10 to 99");

// Not z.json() and z.record(): they copy, and leave out a member named `__proto__`, which would then run without being shown (rule 3).
export const json = z.custom<Json>(isJson);
const jsonObject = z.custom<JsonObject>((value) => isJson(value) && isJsonObject(value));

/** Where a value was masked and as what, `kind` being a detector's name or `field`. */
export const hidden = z.object({ path: z.array(z.union([z.string(), z.number()])), kind: z.string() });
export type Hidden = z.infer<typeof hidden>;

/** What an approver is shown, and what the digest in a decision covers: `digest({arguments, hidden})`. */
export const maskedPayload = z.object({ arguments: json, hidden: z.array(hidden) });
export type MaskedPayload = z.infer<typeof maskedPayload>;

/** Whom one step of an approval needs: one member of any of the groups, one of each (different people), or so many people out of them. */
export const approverStep = z.strictObject({
  approvers: z
    .array(z.string().min(1))
    .min(1, "A step needs approvers: name their groups")
    .refine((groups) => new Set(groups).size === groups.length, "A group stands here twice: name it once"),
  need: z.union([z.enum(["any", "all"]), z.number().int().min(1).max(100)]),
});
export type ApproverStep = z.infer<typeof approverStep>;

/** A decision as everybody who sees the approval sees it. */
const decisionView = z.object({
  verdict,
  reason: z.string(),
  by: principalView,
  device: z.string(),
  presence,
  atMs: z.number(),
});

/** One step as it stands: who has approved in it, oldest first, and how many more people it needs; 0 where it is complete. */
const stepView = z.object({
  approvers: z.array(z.string()),
  need: approverStep.shape.need,
  approvals: z.array(decisionView),
  missing: z.number().int().nonnegative(),
});
export type StepView = z.infer<typeof stepView>;

/** A held call as an approver or its requester sees it (`GET /v1/approvals/ID` and the approvals stream). */
export const approvalView = z.object({
  id: z.string(),
  /** Rises with every change of any approval; the stream resumes after it. */
  revision: z.number().int(),
  state: approvalState,
  /** What the reader is to this approval. */
  relation: z.enum(["approver", "requester", "observer"]),
  /**
   * What the reader may do now: approve or deny; only deny, as their groups' part of the step is done; nothing, as they have approved, or
   * as the open step is not theirs; or nothing, as the approval is not pending or never theirs to decide.
   */
  standing: z.enum(["decide", "deny", "decided", "not-their-step", "none"]),
  requester: principalView,
  /** The MCP client as it names itself, and the enrolled device it came through. Claims, not facts. */
  client: z.object({ name: z.string(), version: z.string() }).nullable(),
  device: z.string().nullable(),
  /** To its requester alone: the client that it came from, as their tunnel names it. A claim. Absent or null: not known. */
  via: z.string().nullable().optional(),
  connection: z.string(),
  tool: z.string(),
  /** The server's own words and claims about the tool (rule 10). */
  description: z.string().nullable(),
  annotations: jsonObject.nullable(),
  fingerprint: z.string(),
  payload: maskedPayload,
  /** HMAC-SHA-256 under the gateway's key of the real arguments with principal, connection, method and name. */
  argumentsDigest: z.string(),
  rule: z.object({
    name: z.string(),
    version: z.string(),
    why: z.string(),
    /** To approve, a reason must be given, whatever the risk (`needsReason`). Absent: no. */
    requireReason: z.boolean().optional(),
    /** The least presence with which it may be approved. Absent: `cli`. */
    presence: presence.optional(),
    /** It may be decided from a notification that showed the whole payload. Absent: no. */
    quick: z.boolean().optional(),
    /** How who approves must have signed in, in words (`asks`) and as it is checked. Absent: in any way. */
    approverSignIn: z
      .object({
        asks: z.string(),
        withinMs: z.number().optional(),
        acr: z.array(z.string()).optional(),
        methods: z.array(z.string()).optional(),
      })
      .optional(),
  }),
  risk,
  /**
   * For critical risk: the number to be named with an approval, to its requester while it waits and to nobody else; how many wrong ones came,
   * and with how many it is denied. Absent or null: no number is asked for.
   */
  matching: z
    .object({ number: matchedNumber.nullable(), wrong: z.number().int(), most: z.number().int() })
    .nullable()
    .optional(),
  /** What may be granted for later calls beside approving this one. Absent or null: nothing. */
  grants: grantOffer.nullable().optional(),
  /** The groups of all steps. */
  approvers: z.array(z.string()),
  /** Decided in this order: a step opens when the one before it is complete; the last one completes the approval. */
  steps: z.array(stepView).min(1),
  createdAtMs: z.number(),
  /** When pending turns into expired. */
  expiresAtMs: z.number(),
  /** Until when an approved call that nobody waits for may be repeated and run. */
  reuseUntilMs: z.number().nullable(),
  /** The decision that ended it: the denial, or the approval that completed the last step. */
  decision: decisionView.nullable(),
  outcome: z
    .object({ state: z.enum(["executed", "failed", "unknown"]), atMs: z.number(), message: z.string() })
    .nullable(),
});
export type ApprovalView = z.infer<typeof approvalView>;

/** Whether an approval must say why: at high and critical risk, and where the rule asks for it. */
export function needsReason({ risk: held, rule }: Pick<ApprovalView, "risk" | "rule">): boolean {
  return held === "high" || held === "critical" || rule.requireReason === true;
}

/**
 * The payload of a decision: a compact JWS (RFC 7515), `alg: EdDSA`, `typ: countersign-decision+jws`,
 * `kid`: the device's id. Every field is compared with what the gateway holds (rule 3).
 */
export const decisionPayload = z.strictObject({
  v: z.literal(1),
  gateway: z.string(),
  approval: z.string(),
  principal: z.string(),
  connection: z.string(),
  tool: z.string(),
  fingerprint: z.string(),
  payload: z.string(),
  arguments: z.string(),
  rule: z.strictObject({ name: z.string(), version: z.string() }),
  /** The step decided in, from 1. Absent in decisions from before there were steps: then the approval has one. */
  step: z.number().int().min(1).optional(),
  verdict,
  reason: z.string().max(1000),
  /** In an approval of critical risk, and nowhere else: the number that the requester's console showed. */
  number: matchedNumber.optional(),
  presence,
  /** Seconds since the epoch, by the gateway's clock. */
  iat: z.number().int(),
  exp: z.number().int(),
});
export type DecisionPayload = z.infer<typeof decisionPayload>;
export const decisionType = "countersign-decision+jws";
