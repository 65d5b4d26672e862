import { z } from "zod";
import { entryKind } from "./entry-kind.ts";
import { owner } from "./principal.ts";
import {
  address,
  caller,
  callId,
  connection,
  device,
  hiddenIn,
  jsonObject,
  ruleVersion,
  text,
  time,
  toolName,
} from "./entry-members.ts";

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

const seqRange = z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]);

/**
 * The body of `entries.erased`: bodies and salts of these entries, rising ranges with both ends included, went in the same commit. `rule` is
 * that of `retention:` which said so; where a person did, it is null and `by` and `reason` are theirs.
 */
export const erasedEntries = z.object({
  entries: z.array(seqRange).describe("whose bodies and salts went: rising ranges of `seq`, both ends included"),
  rule: z
    .object({ name: z.string() })
    .nullable()
    .describe("the rule of `retention:` that says so, by `name`; null where a person did"),
  by: text("the person who said so, a principal's id; null where a rule did").nullable(),
  reason: text("why, in words"),
});
export type ErasedEntries = z.infer<typeof erasedEntries>;

/** The body of `principal.seen`: a caller as rules saw it. `state` is what the entries of its calls refer to. */
export const seenPrincipal = z.object({
  state: text("digest over all that follows"),
  id: caller,
  kind: z.enum(["user", "service"]).describe("a person, or a service (non-human identity)"),
  name: text("the name that the issuer gives"),
  groups: z.array(z.string()).describe("their groups"),
  issuer: text("the issuer of gateway.yaml that vouched for them"),
  roles: z.array(z.enum(["admin", "auditor"])).describe("what `roles` of gateway.yaml gives their groups"),
  assurance: text("how well the issuer says that it knows them; null where it doesn't say").nullable(),
  owner: owner
    .describe("who answers for a service (`services` of gateway.yaml): a `person` by id, or a `group`")
    .optional(),
});

/** The body of `tool.declared`: a tool as rules saw it, masked. The entries of its calls refer to it by connection and fingerprint. */
export const seenTool = z.object({
  connection,
  tool: toolName,
  fingerprint: text("digest of its declaration"),
  annotations: jsonObject.nullable().describe("the server's claims about it, masked; null without"),
  hidden: hiddenIn("`annotations`"),
});

/** What the bodies of `call.request` and `call.refused` hold for who replays rules. Members added since are optional: older entries lack them. */
export const recordedCall = z.object({
  call: callId,
  principal: z
    .object({
      id: z.string(),
      kind: z.enum(["user", "service"]),
      name: z.string(),
      state: z.string().optional(),
    })
    .describe("who called: `id`, `kind` (`user` or `service`), `name`, and the `state` of its `principal.seen`"),
  device,
  client: z
    .object({ name: z.string(), version: z.string() })
    .nullable()
    .describe("the MCP client's `name` and `version`, as it says; null where it didn't"),
  address,
  connection,
  era: z.enum(["legacy", "modern"]).describe("of the protocol"),
  method: text("the JSON-RPC method"),
  name: text("the tool, resource or prompt, masked; null for other methods").nullable(),
  params: jsonObject.describe("the parameters, masked"),
  hidden: hiddenIn("`params`"),
  effect: z.enum(["allow", "deny", "approve", "approve+grant", "protocol"]).describe("what the rules said, below"),
  rule: ruleVersion.nullable().describe("which of them, by `name` and `version`; null where none did"),
  judgedAtMs: time("when the rules were asked").optional(),
  fingerprint: text(
    "digest of the tool's declaration; null where its target lists no such tool, absent where nobody asked",
  )
    .nullable()
    .optional(),
  weight: z
    .object({ values: z.number(), characters: z.number() })
    .describe("an upper bound of the arguments' `values` and `characters`, where some of them were masked")
    .optional(),
});
export type RecordedCall = z.infer<typeof recordedCall>;

/** A proof over the ledger's tree (RFC 9162, sections 2.1.3 and 2.1.4): hashes in base64, in the RFC's order. */
export const proof = z.object({ proof: z.array(z.string().length(44)).max(128) });
export type Proof = z.infer<typeof proof>;
