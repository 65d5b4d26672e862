import { z } from "zod";
import { CountersignError } from "../shared/errors.ts";
import type { Proof } from "../shared/ledger.ts";
import type { ApiVisit } from "./api.ts";
import { sendJson } from "./send-json.ts";

const count = z
  .string()
  .regex(/^(0|[1-9]\d{0,14})$/)
  .transform(Number);
const sizes = z.strictObject({ from: count, to: count });
const place = z.strictObject({ entry: count, size: count });

/**
 * `GET /v1/audit/consistency?from=SIZE&to=SIZE`: that the ledger only grew. It says nothing of what is recorded, so that everybody who is signed in may ask.
 * Throws CountersignError `not_found` beyond the ledger's end.
 */
export function proveConsistency(visit: ApiVisit): void {
  const { from, to } = queryOf(visit, sizes);
  send(visit, visit.site.gate.store.proofs.consistency(from, to));
}

/** `GET /v1/audit/inclusion?entry=N&size=SIZE`: that the tree of a checkpoint has the entry's leaf at its place. */
export function proveInclusion(visit: ApiVisit): void {
  const { entry, size } = queryOf(visit, place);
  send(visit, visit.site.gate.store.proofs.inclusion(entry, size));
}

function send({ response }: ApiVisit, hashes: readonly Buffer[]): void {
  const proof: Proof = { proof: hashes.map((hash) => hash.toString("base64")) };
  sendJson(response, 200, proof);
}

function queryOf<T>({ request }: ApiVisit, shape: z.ZodType<T>): T {
  const { searchParams } = new URL(request.url ?? "/", "http://gateway");
  const parsed = shape.safeParse(Object.fromEntries(searchParams));
  if (parsed.success) return parsed.data;
  throw new CountersignError("bad_request", "A proof is asked for by whole numbers of entries.");
}
