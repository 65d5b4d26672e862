import { z } from "zod";
import { hidden, type MaskedPayload } from "../../shared/approval.ts";
import type { AuditEntry } from "../../shared/audit-entry.ts";
import { isJsonObject, type JsonObject } from "../../shared/json.ts";

/** The body as the payload's tree draws it, with the places that were masked; null where there is none to draw. */
export function payloadOf(body: AuditEntry["body"]): MaskedPayload | null {
  if (body.state !== "whole") return null;
  const { hidden: places, ...said } = body.value;
  const around = prefixOf(said);
  const known = z.array(hidden).safeParse(places ?? []);
  if (!known.success || around === null) return { arguments: body.value, hidden: [] };
  return { arguments: said, hidden: known.data.map(({ path, kind }) => ({ path: [...around, ...path], kind })) };
}

/** From where on an entry tells its masked places (docs/ledger.md): in what was asked, or in the result or the error. */
function prefixOf({ params, response }: JsonObject): readonly string[] | null {
  if (params !== undefined) return ["params"];
  if (response === undefined || !isJsonObject(response)) return null;
  return ["response", response["error"] === undefined ? "result" : "error"];
}
