import { z } from "zod";
import { devicePublicKey } from "./device.ts";
import { address, by, caller, count, device, jsonObject, text, time, why } from "./entry-members.ts";
import { erasedEntries } from "./ledger.ts";

const gatewaySession = text("the gateway session");
/** Where an act came from. Absent in entries of earlier versions. */
const from = { device: device.optional(), address: address.optional() };

const holdName = text("the hold's name");
const reason = text("why, in words");

/** Bodies of the entries about the gateway itself, and about who was let in. */
export const accessBodies = {
  "gateway.started": z.strictObject({ origin: text("the gateway's `publicUrl`") }),
  "gateway.stopped": z.strictObject({}),
  "gateway.unclean_stop": z.strictObject({
    entries: count("how many entries the ledger had when it was opened again"),
  }),
  "config.loaded": z.strictObject({
    rules: text("version of the rules as a whole, a digest over them"),
    sha256: text("SHA-256 of gateway.yaml's bytes, in hex, as `sha256sum` prints it").optional(),
  }),
  "config.rejected": z.strictObject({ why }),
  "auth.refused": z.strictObject({
    address: address.optional(),
    code: text("why, by the code that docs/protocol.md lists; absent where several are counted together").optional(),
    path: text("the address that was asked for, up to 200 characters").optional(),
    principal: caller.optional(),
    session: gatewaySession.optional(),
    device: text("the session's device").optional(),
    more: count(
      "how many further refusals of this session, of this principal, or of this address's network the minute had, counted together",
    ).optional(),
    sinceMs: time("when that minute began").optional(),
  }),
  "request.refused": z.strictObject({
    address,
    code: text("why, by the code that docs/protocol.md lists"),
    path: text("the address that was asked for, up to 200 characters"),
    principal: caller.optional(),
    session: gatewaySession.optional(),
    device: text("the session's device").optional(),
  }),
  "device.enrolled": z.strictObject({
    device: text("the device's id, made of its key"),
    name: text("what its person calls it"),
    principal: caller,
    principalName: text("their name, by which who decides is told in what is found").optional(),
    key: devicePublicKey.describe("its public key as a JWK"),
    waits: z.literal(true).describe("it decides nothing until it is confirmed").optional(),
    address: address.optional(),
  }),
  "device.confirmed": z.strictObject({
    device: text("the device that may decide from now on"),
    principal: text("whose it is: a principal's id"),
    by,
    from: text("the device that it was confirmed from; null where who did has none").nullable(),
    address: address.optional(),
  }),
  "device.removed": z.strictObject({
    device: text("the device that was removed"),
    principal: text("whose it was: a principal's id"),
    by,
    address: address.optional(),
  }),
  "gateway-session.begun": z.strictObject({
    session: gatewaySession,
    principal: caller,
    device,
    address,
    issuer: text("the issuer of gateway.yaml that vouched for them").optional(),
    signedInAtMs: time("when they signed in there, null where the token doesn't say").nullable().optional(),
  }),
  "gateway-session.ended": z.strictObject({ session: gatewaySession, principal: caller, why }),
  "gateway-session.revoked": z.strictObject({ session: gatewaySession, principal: caller, by, ...from }),
  "principal.revoked": z.strictObject({ principal: text("who is kept out: a principal's id"), by, ...from }),
  "principal.restored": z.strictObject({ principal: text("who is let in again: a principal's id"), by, ...from }),
  "ledger.read": z.strictObject({
    principal: caller,
    what: text("`search`, `export`, `sessions`, `session`, `session export`, `entry`, …"),
    query: jsonObject.describe("what was searched for, masked").optional(),
    session: text("the MCP session that was looked at").optional(),
    entry: count("the entry that was looked at").optional(),
    after: count("the entry after which a further part of the session was asked for").optional(),
    format: text("of a session's export").optional(),
    ...from,
  }),
  "ledger.key": z.strictObject({
    note: text("the note by which the key that signs the ledger changed (ledger.md, Keys)"),
  }),
  "entries.erased": erasedEntries.strict(),
  "hold.placed": z.strictObject({
    name: holdName,
    connection: text("of this connection alone").optional(),
    person: text("of this principal, and all identities of the same person, alone").optional(),
    fromMs: time("of entries from this moment on").optional(),
    toMs: time("of entries before this moment").optional(),
    reason,
    by,
  }),
  "hold.lifted": z.strictObject({ name: holdName, reason, by }),
  "agent.connected": z.strictObject({
    agent: text("the agent's name in gateway.yaml"),
    key: text("its public key"),
    address,
  }),
  "agent.disconnected": z.strictObject({ agent: text("the agent's name in gateway.yaml"), why }),
} as const;
