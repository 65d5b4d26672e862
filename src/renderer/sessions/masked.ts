import { z } from "zod";
import { hidden, type MaskedPayload } from "../../shared/approval.ts";
import type { Moment } from "../../shared/audit-sessions.ts";
import type { JsonObject } from "../../shared/json.ts";
import { payloadOf } from "../../shared/session-words.ts";

const places = z.array(hidden);

/** What was asked or answered, as the payload's tree draws it; null where the entry has none. */
export function maskedOf(kind: string, body: JsonObject): MaskedPayload | null {
  const payload = payloadOf(kind, body);
  if (payload === null) return null;
  // What a newer gateway hides as something unknown here is masked in the text itself.
  const known = payload.hidden.flatMap((place) => places.safeParse([place]).data ?? []);
  return { arguments: payload.value, hidden: known };
}

/** A call as two of them are compared: its request and its answer, as far as they are here. */
export interface CallPair {
  readonly request: Moment;
  readonly answer: Moment | null;
}

/** The call of this id among the moments; null where its request is not there. */
export function callAmong(moments: readonly Moment[], call: string): CallPair | null {
  const own = moments.filter(({ facts }) => facts.call === call);
  const request = own.find(({ kind }) => kind === "call.request" || kind === "call.refused");
  if (request === undefined) return null;
  return { request, answer: own.find(({ kind }) => kind === "call.response") ?? null };
}
