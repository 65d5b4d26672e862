import { z } from "zod";
import { activityBy } from "../shared/audit-activity.ts";
import type { AuditEntry } from "../shared/audit-entry.ts";
import { auditQuery } from "../shared/audit-search.ts";
import { CountersignError } from "../shared/errors.ts";
import type { JsonObject } from "../shared/json.ts";
import { originOf } from "./admitting.ts";
import type { ApiVisit } from "./api.ts";
import { statedHead } from "./audit/checkpoint.ts";
import { sendJson } from "./send-json.ts";

const pageQuery = auditQuery.extend({
  before: z.coerce.number().int().nonnegative().default(Number.MAX_SAFE_INTEGER),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

const activityQuery = z.strictObject({
  from: z.coerce.number().int().nonnegative(),
  to: z.coerce.number().int().nonnegative(),
  by: activityBy,
  step: z.enum(["hour", "day"]).default("day"),
});
const stepMs = { hour: 3_600_000, day: 86_400_000 } as const;
const mostSteps = 400;

/** `GET /v1/audit/entries`: entries of the ledger that fit, newest first; for the role `auditor`. Each look is itself recorded, by what was looked for. */
export async function searchLedger(visit: ApiVisit): Promise<void> {
  const { site, response } = visit;
  auditor(visit);
  const { before, limit, ...query } = queryAs(visit, pageQuery);
  // The entry of this very look is not among what it finds.
  const { size } = statedHead(site.gate.store.checkpoint());
  const asked = maskedQuery(visit, query);
  await recordLook(visit, { what: "search", query: asked });
  sendJson(response, 200, await site.search.find(query, Math.min(before, size), limit));
}

/** `GET /v1/audit/activity`: how many calls, holds, denials and masked fields there were, by connection, person or tool; for the role `auditor`, and recorded. */
export async function readActivity(visit: ApiVisit): Promise<void> {
  auditor(visit);
  const { site, response } = visit;
  const { from, to, by, step } = queryAs(visit, activityQuery);
  if (to <= from || (to - from) / stepMs[step] > mostSteps)
    throw new CountersignError(
      "bad_request",
      `A period of at most ${mostSteps} steps is counted, which ends after it begins.`,
    );
  await recordLook(visit, { what: "activity", query: { fromMs: from, toMs: to, by } });
  sendJson(response, 200, await site.search.activity({ fromMs: from, toMs: to, by, step }));
}

/** `GET /v1/audit/entries/N/about`: one entry with all of its call; for the role `auditor`, and recorded. Throws CountersignError `not_found`. */
export async function aboutEntry(visit: ApiVisit, seq: number): Promise<void> {
  auditor(visit);
  const { site, response } = visit;
  await recordLook(visit, { what: "entry", entry: seq });
  const found = await site.search.one(seq);
  if (found === null)
    throw new CountersignError("not_found", "There is no entry of this number, or it is not read for searching yet.");
  const note = site.gate.store.history.checkpointOver(seq);
  const erasure = site.gate.store.erasureOf(seq);
  const checkpoint = note === undefined ? null : statedHead(note);
  const entry: AuditEntry = { ...found, checkpoint, ...(erasure === undefined ? {} : { erasure }) };
  sendJson(response, 200, entry);
}

/** Throws CountersignError `not_allowed` for who may not read the ledger. */
export function auditor({ principal }: ApiVisit): void {
  if (principal.roles.includes("auditor")) return;
  throw new CountersignError(
    "not_allowed",
    "Only the role auditor may read the ledger: `roles` in gateway.yaml names its groups.",
  );
}

/** Makes a look into the ledger durable, before anything of it is shown: who looked, from where, at what. */
export async function recordLook(visit: ApiVisit, look: JsonObject): Promise<void> {
  const { site, principal } = visit;
  const entry = { principal: principal.id, ...originOf(visit), ...look };
  await site.gate.store.commit((writes) => writes.append("ledger.read", entry));
}

/** What was looked for, for its entry: it may itself be what every connection hides (rule 6). */
export function maskedQuery(
  { site }: ApiVisit,
  query: Readonly<Record<string, string | number | undefined>>,
): JsonObject {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const asked: JsonObject = Object.fromEntries(given);
  const { connections } = site.gate.runtime();
  return [...connections.values()].reduce((text, { masker }) => masker.mask(text).value, asked);
}

/** The address's query by its shape. Throws CountersignError `bad_request`. */
export function queryAs<T>({ request }: ApiVisit, shape: z.ZodType<T>): T {
  const { searchParams } = new URL(request.url ?? "/", "http://gateway");
  const parsed = shape.safeParse(Object.fromEntries(searchParams));
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map(({ path }) => path.join(".") || "the query").join(", ");
  throw new CountersignError("bad_request", `The ledger can't be asked like this: see ${places.slice(0, 200)}.`);
}
