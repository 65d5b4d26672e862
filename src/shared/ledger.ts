import { z } from "zod";

/** What happened, as the ledger names it. A kind is never renamed; new ones may be added within version 1. */
const entryKind = z.enum([
  "gateway.started",
  "gateway.stopped",
  "gateway.unclean_stop",
  "config.loaded",
  "config.rejected",
  "auth.refused",
  "device.enrolled",
  "request.refused",
  "session.opened",
  "session.closed",
  "tool.seen",
  "tool.accepted",
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

/** A stored or exported entry: `leaf` and `body` are the exact texts that were hashed; an erased body has neither body nor salt. */
export const storedEntry = z.object({
  leaf: z.string(),
  salt: z.string().nullable(),
  body: z.string().nullable(),
});
