import { z } from "zod";
import { hidden, json, presence, risk } from "./approval.ts";
import { principalView } from "./principal.ts";

const name = z.string().max(200);

/** One argument of the calls that a grant lets through, as it is signed. Every argument has exactly one; a call with others is not covered. */
const grantConstraint = z.discriminatedUnion("constraint", [
  /** The keyed digest that the approval gave for the value which was shown, perhaps masked. */
  z.strictObject({ argument: name, constraint: z.literal("equal"), digest: z.string().length(43) }),
  z.strictObject({ argument: name, constraint: z.literal("prefix"), prefix: z.string().min(1).max(1000) }),
  z.strictObject({ argument: name, constraint: z.literal("any") }),
]);
export type GrantConstraint = z.infer<typeof grantConstraint>;

/** An approver's wish, before it is signed: each argument that isn't named is bound to its value. */
export const grantWish = z.strictObject({
  lastsMs: z.number().int().min(1000),
  mostUses: z.number().int().min(1),
  constraints: z.array(
    z.discriminatedUnion("constraint", [
      z.strictObject({ argument: name, constraint: z.literal("prefix"), prefix: z.string().min(1).max(1000) }),
      z.strictObject({ argument: name, constraint: z.literal("any") }),
    ]),
  ),
});
export type GrantWish = z.infer<typeof grantWish>;

/**
 * The payload of a grant: a compact JWS (RFC 7515), `alg: EdDSA`, `typ: countersign-grant+jws`, `kid`: the device's id. It is sent with
 * the decision that approves the call it was made from, and signed by the same device.
 */
export const grantPayload = z.strictObject({
  v: z.literal(1),
  gateway: z.string(),
  approval: z.string(),
  principal: z.string(),
  connection: z.string(),
  tool: z.string(),
  fingerprint: z.string(),
  /** Digest of the masked payload that was shown, as in the decision. */
  payload: z.string(),
  rule: z.strictObject({ name: z.string(), version: z.string() }),
  constraints: z.array(grantConstraint).max(64),
  mostUses: z.number().int().min(1),
  /** The grant's end, in seconds since the epoch by the gateway's clock. */
  until: z.number().int(),
  presence,
  /** When it was signed, and until when it may reach the gateway: seconds. */
  iat: z.number().int(),
  exp: z.number().int(),
});
export type GrantPayload = z.infer<typeof grantPayload>;
export const grantType = "countersign-grant+jws";

/** `revoked`: by a person. `ended`: by what it was bound to (rule, tool, device, people). */
const grantState = z.enum(["live", "used-up", "over", "revoked", "ended"]);
export type GrantState = z.infer<typeof grantState>;

/** A constraint as it is shown: with what its approver saw of the value, masked. */
export const shownConstraint = z.discriminatedUnion("constraint", [
  z.object({
    argument: z.string(),
    constraint: z.literal("equal"),
    digest: z.string(),
    shown: json,
    /** What of `shown` was masked, by its place within it. */
    hidden: z.array(hidden),
  }),
  z.object({ argument: z.string(), constraint: z.literal("prefix"), prefix: z.string() }),
  z.object({ argument: z.string(), constraint: z.literal("any") }),
]);
export type ShownConstraint = z.infer<typeof shownConstraint>;

/** A grant as its approvers, its holder, administrators and auditors see it (`GET /v1/grants`). */
export const grantView = z.object({
  id: z.string(),
  state: grantState,
  /** What the reader is to this grant: `approver` of its rule, its `holder`, or neither. */
  relation: z.enum(["approver", "holder", "observer"]),
  /** The approval that it was made from. */
  approval: z.string(),
  /** Who may call. */
  principal: principalView,
  /** Who granted it, with which device and presence. */
  by: principalView,
  device: z.string(),
  presence,
  connection: z.string(),
  tool: z.string(),
  fingerprint: z.string(),
  rule: z.object({ name: z.string(), version: z.string() }),
  risk,
  /** Groups whose members may revoke it. */
  approvers: z.array(z.string()),
  constraints: z.array(shownConstraint),
  uses: z.number().int(),
  mostUses: z.number().int(),
  createdAtMs: z.number(),
  endsAtMs: z.number(),
  lastUsedAtMs: z.number().nullable(),
  /** How it ended: when, why, and by whose word (a principal's id), if by anybody's. */
  end: z.object({ atMs: z.number(), why: z.string(), by: z.string().nullable() }).nullable(),
});
export type GrantView = z.infer<typeof grantView>;
