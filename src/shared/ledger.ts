import { z } from "zod";
import { isJson, isJsonObject, type JsonObject } from "./json.ts";

/** What happened, as the ledger names it. A kind is never renamed; new ones may be added within version 1. */
export const entryKind = z.enum([
  "gateway.started",
  "gateway.stopped",
  "gateway.unclean_stop",
  "config.loaded",
  "config.rejected",
  "auth.refused",
  "device.enrolled",
  "device.confirmed",
  "gateway-session.begun",
  "gateway-session.ended",
  "gateway-session.revoked",
  "device.removed",
  "principal.revoked",
  "principal.restored",
  "request.refused",
  "session.opened",
  "session.closed",
  "tool.seen",
  "tool.accepted",
  "tool.declared",
  "principal.seen",
  "call.request",
  "call.response",
  "call.refused",
  "target.request",
  "target.answer",
  "approval.pending",
  "approval.approved",
  "approval.denied",
  "approval.expired",
  "approval.withdrawn",
  "approval.claimed",
  "approval.executed",
  "approval.failed",
  "approval.unknown",
  "approval.lapsed",
  "decision.recorded",
  "decision.refused",
  "grant.created",
  "grant.used",
  "grant.revoked",
  "grant.ended",
  "ledger.read",
  "entries.erased",
  "hold.placed",
  "hold.lifted",
  "agent.connected",
  "agent.disconnected",
]);
export type EntryKind = z.infer<typeof entryKind>;

/**
 * A leaf of the Merkle tree: its canonical JSON (RFC 8785) is the leaf's data. `body` is base64url of
 * SHA-256(salt ‖ body), the salt being 32 random bytes kept beside the body, so that an erased body cannot be guessed.
 */
export const leaf = z.strictObject({
  v: z.literal(1),
  seq: z.number().int().nonnegative(),
  atMs: z.number().int(),
  kind: entryKind,
  body: z.string().length(43),
});

/** Kinds that are never erased: they say what was erased, and what was not to be. */
export function isNeverErased(kind: string): boolean {
  return kind === "entries.erased" || kind === "hold.placed" || kind === "hold.lifted";
}

const seqRange = z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]);

/**
 * The body of `entries.erased`: bodies and salts of these entries, rising ranges with both ends included, went in the same commit. `rule` is
 * that of `retention:` which said so; where a person did, it is null and `by` and `reason` are theirs.
 */
export const erasedEntries = z.object({
  entries: z.array(seqRange),
  rule: z.object({ name: z.string() }).nullable(),
  by: z.string().nullable(),
  reason: z.string(),
});
export type ErasedEntries = z.infer<typeof erasedEntries>;

const hiddenPlaces = z.array(z.object({ path: z.array(z.union([z.string(), z.number()])), kind: z.string() }));
const jsonObject = z.custom<JsonObject>((value) => isJson(value) && isJsonObject(value));

/** The body of `principal.seen`: a caller as rules saw it. `state` is what the entries of its calls refer to. */
export const seenPrincipal = z.object({
  state: z.string(),
  id: z.string(),
  kind: z.enum(["user", "service"]),
  name: z.string(),
  groups: z.array(z.string()),
  issuer: z.string(),
  roles: z.array(z.enum(["admin", "auditor"])),
  assurance: z.string().nullable(),
});

/** The body of `tool.declared`: a tool as rules saw it, masked. The entries of its calls refer to it by connection and fingerprint. */
export const seenTool = z.object({
  connection: z.string(),
  tool: z.string(),
  fingerprint: z.string(),
  annotations: jsonObject.nullable(),
  hidden: hiddenPlaces,
});

/** What the bodies of `call.request` and `call.refused` hold for who replays rules. Members added since are optional: older entries lack them. */
export const recordedCall = z.object({
  call: z.string(),
  principal: z.object({
    id: z.string(),
    kind: z.enum(["user", "service"]),
    name: z.string(),
    state: z.string().optional(),
  }),
  device: z.string().nullable(),
  client: z.object({ name: z.string(), version: z.string() }).nullable(),
  address: z.string(),
  connection: z.string(),
  era: z.enum(["legacy", "modern"]),
  method: z.string(),
  name: z.string().nullable(),
  params: jsonObject,
  hidden: hiddenPlaces,
  effect: z.enum(["allow", "deny", "approve", "approve+grant", "protocol"]),
  rule: z.object({ name: z.string(), version: z.string() }).nullable(),
  /** When the rules were asked, by the gateway's clock. */
  judgedAtMs: z.number().optional(),
  /** The tool's, null where its target lists no such tool; absent where nobody asked. */
  fingerprint: z.string().nullable().optional(),
  /** An upper bound of the arguments' values and characters, where some of them were masked. */
  weight: z.object({ values: z.number(), characters: z.number() }).optional(),
});
export type RecordedCall = z.infer<typeof recordedCall>;

/** A proof over the ledger's tree (RFC 9162, sections 2.1.3 and 2.1.4): hashes in base64, in the RFC's order. */
export const proof = z.object({ proof: z.array(z.string().length(44)).max(128) });
export type Proof = z.infer<typeof proof>;
