import { z } from "zod";
import { entryFacts } from "./audit-search.ts";
import { isJson, isJsonObject, type JsonObject } from "./json.ts";

const value = z.string().min(1).max(200);
const time = z.coerce.number().int().nonnegative();
const place = z.coerce.number().int().nonnegative();

/** A session's id: the one that its client was given, or `from-N` where its requests name none; N is the session's first entry. */
const sessionId = z.string().regex(/^[\w-]{1,64}$/);

/** Which sessions are looked for; what is left out may be anything. `person`, `service` and `client` are an id or a part of a name. */
export const sessionsQuery = z.strictObject({
  person: value.optional(),
  service: value.optional(),
  client: value.optional(),
  connection: value.optional(),
  /** Those in which something was held, denied or failed. */
  had: z.enum(["held", "denied", "failed"]).optional(),
  /** Those that were under way from this moment on, and before that one. */
  fromMs: time.optional(),
  toMs: time.optional(),
  /** Those which this entry of the ledger belongs to. */
  entry: place.optional(),
});
export type SessionsQuery = z.infer<typeof sessionsQuery>;

/** A page of sessions that is asked for: `before` goes on where the last one ended (`next`). */
export const sessionsAsk = sessionsQuery.extend({
  before: z.number().int().nonnegative().nullable(),
  limit: z.number().int().min(1).max(200),
});
export type SessionsAsk = z.infer<typeof sessionsAsk>;

/** A part of one session that is asked for: what comes after this entry; null from its beginning. */
export const sessionAsk = z.strictObject({
  id: sessionId,
  after: z.number().int().nonnegative().nullable(),
  limit: z.number().int().min(1).max(500),
});
export type SessionAsk = z.infer<typeof sessionAsk>;

/** What a session is exported as. */
export const sessionFormat = z.enum(["jsonl", "html"]);
export type SessionFormat = z.infer<typeof sessionFormat>;
export const sessionExportAsk = z.strictObject({ id: sessionId, format: sessionFormat });
export type SessionExportAsk = z.infer<typeof sessionExportAsk>;

/** The recorded calls of one MCP client through one connection, in figures. */
export const sessionView = z.object({
  id: sessionId,
  principal: z.string(),
  /** Null where the ledger doesn't say it. */
  name: z.string().nullable(),
  principalKind: z.enum(["user", "service"]).nullable(),
  device: z.string().nullable(),
  /** What the tunnel calls the client; what the client calls itself. Both are claims. */
  via: z.string().nullable(),
  client: z.string().nullable(),
  connection: z.string(),
  era: z.enum(["legacy", "modern"]),
  /** Numbers of its first and last entry. */
  first: place,
  last: place,
  fromMs: z.number().int(),
  toMs: z.number().int(),
  entries: place,
  /** What rules judged: calls, of which some were held, refused or denied, or failed at the target. */
  calls: place,
  held: place,
  denied: place,
  failed: place,
});
export type SessionView = z.infer<typeof sessionView>;

/** Sessions, those that began last first. `next`: where to go on (`before`), null at the end. `indexed` of `entries` had been read. */
export const sessionsPage = z.object({
  sessions: z.array(sessionView),
  next: place.nullable(),
  indexed: place,
  entries: place,
});
export type SessionsPage = z.infer<typeof sessionsPage>;

const object = z.custom<JsonObject>((given) => isJson(given) && isJsonObject(given));

/** What the ledger keeps of an entry: all of it, of a long body its first `text` of `length` characters, or nothing any more. */
const momentBody = z.discriminatedUnion("state", [
  z.object({ state: z.literal("whole"), value: object }),
  z.object({ state: z.literal("part"), text: z.string(), length: place }),
  /** `how`: when, and under which rule or by whom, where a record says so. */
  z.object({ state: z.literal("erased"), how: z.string().optional() }),
]);
export type MomentBody = z.infer<typeof momentBody>;

/** One entry of a session. */
export const moment = z.object({
  entry: place,
  atMs: z.number().int(),
  kind: z.string(),
  facts: entryFacts,
  body: momentBody,
});
export type Moment = z.infer<typeof moment>;

/** A session's entries in the ledger's order. `next`: where to go on (`after`), null at the end. */
export const sessionPart = z.object({
  session: sessionView,
  moments: z.array(moment),
  next: place.nullable(),
  /** Names of the principals in all of this, by id, as far as they are known. */
  names: z.record(z.string(), z.string()),
});
export type SessionPart = z.infer<typeof sessionPart>;
