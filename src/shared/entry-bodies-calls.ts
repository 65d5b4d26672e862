import { z } from "zod";
import {
  approvalId,
  by,
  callId,
  caller,
  connection,
  count,
  hiddenIn,
  jsonObject,
  maskedJson,
  text,
  toolName,
  why,
} from "./entry-members.ts";
import { recordedCall, seenPrincipal, seenTool } from "./ledger.ts";

const mcpSession = text("the MCP client's conversation through one connection");
const namedCaller = z.object({ id: z.string(), name: z.string() }).describe("who: `id` and `name`");

const asked = {
  ...recordedCall.shape,
  session: mcpSession,
  via: text("the client's name at its tunnel, as the tunnel says; null without").nullable(),
  signIn: z
    .strictObject({
      asked: z.string(),
      atMs: z.number().nullable(),
      acr: z.array(z.string()),
      methods: z.array(z.string()),
    })
    .describe(
      "where the rule asks for a sign-in: what it asks, and when (`atMs`), at which level (`acr`) and how (`methods`) the caller had signed in",
    )
    .optional(),
};

/** Bodies of the entries about calls and what they refer to. */
export const callBodies = {
  "session.opened": z.strictObject({
    session: mcpSession,
    principal: recordedCall.shape.principal.nullable(),
    connection,
  }),
  "session.closed": z.strictObject({ session: mcpSession, principal: caller, connection, why }),
  "principal.seen": seenPrincipal.strict(),
  "tool.declared": seenTool.strict(),
  "tool.seen": z.strictObject({
    connection,
    tool: toolName,
    fingerprint: text("digest of its declaration when it was first seen"),
  }),
  "tool.accepted": z.strictObject({
    connection,
    tool: toolName,
    fingerprint: text("digest of the declaration that was accepted"),
    before: text("digest of the one accepted before; null without").nullable(),
    by,
    address: text("the address that the administrator's request came from").optional(),
    device: text("the administrator's device, null where there is none").nullable().optional(),
  }),
  "call.request": z.strictObject({
    ...asked,
    grant: z
      .strictObject({ id: z.string(), approval: z.string(), by: z.object({ id: z.string(), name: z.string() }) })
      .describe("the grant that let it through: its id, the approval it was made from, and who granted it")
      .optional(),
  }),
  "call.refused": z.strictObject({
    ...asked,
    code: z.number().int().describe("the JSON-RPC error's code"),
    message: text("what the caller was told, masked"),
  }),
  "call.response": z.strictObject({
    call: callId,
    outcome: text(
      "`ok`, `error`, `unknown`, `cancelled` of a run; `refused`, `waits`, `gone`, `joined`, `repeated`, … of a call that did not run by itself",
    ),
    ms: z.number().describe("how long the target took, in milliseconds"),
    messages: count("messages of the target before its answer"),
    bytes: count("length of the masked answer's canonical JSON, without its id"),
    approval: approvalId.optional(),
    grant: text("the grant that let it through").optional(),
    tooLarge: z
      .strictObject({ bytes: z.number(), mostBytes: z.number(), rule: z.string() })
      .describe("the answer was withheld: its size, the limit, and the rule that has it")
      .optional(),
    response: jsonObject
      .describe("`result` or `error` as the client got it, masked; absent where only its digest is kept")
      .optional(),
    hidden: hiddenIn("`response`").optional(),
    unrecorded: z
      .literal(true)
      .describe(
        "the call was passed on, and what came of it could be neither recorded nor given to anybody (a full disk, say): the entry came once it could be written",
      )
      .optional(),
    digest: text("of lists and the protocol's own methods: base64url SHA-256 over the canonical answer").optional(),
  }),
  "target.request": z.strictObject({
    session: mcpSession,
    principal: namedCaller,
    connection,
    request: maskedJson("the JSON-RPC id of the call that it was asked in; null outside of one"),
    id: maskedJson("the target's JSON-RPC id"),
    method: text("what the target asked the client for"),
    params: maskedJson("with which parameters"),
    hidden: hiddenIn("`params`"),
    effect: z.enum(["allow", "deny"]).describe("whether it was passed on"),
  }),
  "target.answer": z.strictObject({
    session: mcpSession,
    principal: namedCaller,
    connection,
    id: maskedJson("the target's JSON-RPC id"),
    method: text("what it had asked for"),
    response: jsonObject.describe("the client's `result` or `error`, masked"),
    hidden: hiddenIn("`response`"),
  }),
} as const;
