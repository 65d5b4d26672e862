import { z } from "zod";
import { isJson, isJsonObject, type Json, type JsonObject } from "./json.ts";
import { principalView } from "./principal.ts";

export const risk = z.enum(["low", "medium", "high", "critical"]);
export type Risk = z.infer<typeof risk>;

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

/** Where the person decided. Part of what is signed. */
export const presence = z.enum(["cli", "window", "authenticator"]);
export type Presence = z.infer<typeof presence>;

// Not z.json() and z.record(): they copy, and leave out a member named `__proto__`, which would then run without being shown (rule 3).
const json = z.custom<Json>(isJson);
const jsonObject = z.custom<JsonObject>((value) => isJson(value) && isJsonObject(value));

/** Where a value was masked and as what, `kind` being a detector's name or `field`. */
const hidden = z.object({ path: z.array(z.union([z.string(), z.number()])), kind: z.string() });
export type Hidden = z.infer<typeof hidden>;

/** What an approver is shown, and what the digest in a decision covers: `digest({arguments, hidden})`. */
const maskedPayload = z.object({ arguments: json, hidden: z.array(hidden) });
export type MaskedPayload = z.infer<typeof maskedPayload>;

/** A held call as an approver or its requester sees it (`GET /v1/approvals/ID` and the approvals stream). */
export const approvalView = z.object({
  id: z.string(),
  /** Rises with every change of any approval; the stream resumes after it. */
  revision: z.number().int(),
  state: approvalState,
  /** What the reader is to this approval. */
  relation: z.enum(["approver", "requester", "observer"]),
  requester: principalView,
  /** The MCP client as it names itself, and the enrolled device it came through. Claims, not facts. */
  client: z.object({ name: z.string(), version: z.string() }).nullable(),
  device: z.string().nullable(),
  connection: z.string(),
  tool: z.string(),
  /** The server's own words and claims about the tool (rule 10). */
  description: z.string().nullable(),
  annotations: jsonObject.nullable(),
  fingerprint: z.string(),
  payload: maskedPayload,
  /** HMAC-SHA-256 of the real arguments under the gateway's key. */
  argumentsDigest: z.string(),
  rule: z.object({
    name: z.string(),
    version: z.string(),
    why: z.string(),
    /** To approve, a reason must be given. Absent: no. */
    requireReason: z.boolean().optional(),
    /** The least presence with which it may be approved. Absent: `cli`. */
    presence: presence.optional(),
  }),
  risk,
  /** Groups whose members may decide. */
  approvers: z.array(z.string()),
  createdAtMs: z.number(),
  /** When pending turns into expired. */
  expiresAtMs: z.number(),
  /** Until when an approved call that nobody waits for may be repeated and run. */
  reuseUntilMs: z.number().nullable(),
  decision: z
    .object({ verdict, reason: z.string(), by: principalView, device: z.string(), presence, atMs: z.number() })
    .nullable(),
  outcome: z
    .object({ state: z.enum(["executed", "failed", "unknown"]), atMs: z.number(), message: z.string() })
    .nullable(),
});
export type ApprovalView = z.infer<typeof approvalView>;

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
  verdict,
  reason: z.string().max(1000),
  presence,
  /** Seconds since the epoch, by the gateway's clock. */
  iat: z.number().int(),
  exp: z.number().int(),
});
export type DecisionPayload = z.infer<typeof decisionPayload>;
export const decisionType = "countersign-decision+jws";
