import type { EntryFacts } from "./audit-search.ts";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";

/** What a moment of a session is to who reads it: what stands out is held, denied or failed. */
type MomentTone = "call" | "answer" | "hold" | "decision" | "denial" | "failure" | "quiet";

/** An entry of a session in words: `title` is ours, `name` came from outside (a tool's, a method's). */
export interface MomentWords {
  readonly tone: MomentTone;
  readonly title: string;
  readonly name: string | null;
}

/** Says what this entry is. `body` is null where it is not at hand. */
export function wordsOfMoment(kind: string, facts: EntryFacts, body: JsonObject | null): MomentWords {
  const name = facts.tool ?? facts.method;
  const [tone, title] = said(kind, facts, body);
  return { tone, title, name: named.test(kind) ? name : null };
}

const named = /^(?:call\.|target\.|approval\.pending)/;

function said(kind: string, facts: EntryFacts, body: JsonObject | null): readonly [MomentTone, string] {
  if (kind === "call.request") return asked[facts.effect ?? ""] ?? ["call", "Asks"];
  if (kind === "call.response") return answered(facts);
  const known = kinds[kind];
  if (known !== undefined) return known;
  if (kind === "approval.denied" && body?.decision === undefined && body?.by === undefined) return ["denial", "Denied"];
  return ["quiet", kind];
}

const asked: Readonly<Record<string, readonly [MomentTone, string]>> = {
  protocol: ["quiet", "Asks"],
  allow: ["call", "Calls"],
  approve: ["call", "Calls, to be held"],
  "approve+grant": ["call", "Calls, by a grant"],
};

function answered({ outcome, effect }: EntryFacts): readonly [MomentTone, string] {
  const [tone, title] = outcomes[outcome ?? ""] ?? ["answer", `Ended: ${outcome ?? "not known"}`];
  return [effect === "protocol" && tone === "answer" ? "quiet" : tone, title];
}

const outcomes: Readonly<Record<string, readonly [MomentTone, string]>> = {
  ok: ["answer", "Answered"],
  input_required: ["answer", "Asked for input"],
  joined: ["answer", "Answered, with others"],
  repeated: ["answer", "Given the kept answer"],
  waits: ["quiet", "Told to call again"],
  gone: ["quiet", "Had gone"],
  error: ["failure", "Failed"],
  unknown: ["failure", "Outcome unknown"],
  cancelled: ["failure", "Cancelled"],
  failed: ["failure", "Failed"],
  denied: ["denial", "Told: denied"],
  refused: ["denial", "Told: refused"],
  expired: ["denial", "Told: not decided"],
  withdrawn: ["denial", "Told: withdrawn"],
  lapsed: ["denial", "Told: lapsed"],
};

const kinds: Readonly<Record<string, readonly [MomentTone, string]>> = {
  "session.opened": ["quiet", "Session opened"],
  "session.closed": ["quiet", "Session closed"],
  "call.refused": ["denial", "Refused"],
  "approval.pending": ["hold", "Held"],
  "approval.approved": ["decision", "Approved"],
  "approval.denied": ["denial", "Denied"],
  "approval.expired": ["denial", "Nobody decided in time"],
  "approval.withdrawn": ["denial", "Withdrawn"],
  "approval.claimed": ["quiet", "Begins to run"],
  "approval.executed": ["quiet", "Ran"],
  "approval.failed": ["failure", "Ran, and failed"],
  "approval.unknown": ["failure", "Outcome unknown"],
  "approval.lapsed": ["denial", "Approval lapsed"],
  "decision.recorded": ["decision", "Approved, one of several"],
  "decision.refused": ["denial", "Decision refused"],
  "grant.created": ["decision", "Grant made"],
  "grant.used": ["quiet", "Grant used"],
  "target.request": ["call", "Server asks"],
  "target.answer": ["answer", "Client answers"],
};

/** What was asked or answered, as it is kept masked, with the places that are hidden in it; null where the entry has none. */
export function payloadOf(
  kind: string,
  body: JsonObject,
): { readonly value: Json; readonly hidden: readonly HiddenPlace[] } | null {
  const hidden = placesIn(body.hidden);
  if (kind === "call.request" || kind === "call.refused" || kind === "target.request")
    return body.params === undefined ? null : argumentsIn(body.params, hidden);
  if (kind === "approval.pending" && isJsonObject(body.payload))
    return { value: body.payload.arguments ?? null, hidden: placesIn(body.payload.hidden) };
  const { response } = body;
  if ((kind === "call.response" || kind === "target.answer") && isJsonObject(response))
    return { value: response.error ?? response.result ?? null, hidden };
  return null;
}

/** A place in a payload where something was masked, and what kind of thing. */
export interface HiddenPlace {
  readonly path: readonly (string | number)[];
  readonly kind: string;
}

/** Of a tool's call the arguments alone, which is what approvers see. */
function argumentsIn(params: Json, hidden: readonly HiddenPlace[]): ReturnType<typeof payloadOf> {
  if (!isJsonObject(params) || params.arguments === undefined) return { value: params, hidden };
  const within = hidden
    .filter(({ path }) => path[0] === "arguments")
    .map(({ path, kind }) => ({ path: path.slice(1), kind }));
  return { value: params.arguments, hidden: within };
}

function placesIn(value: Json | undefined): readonly HiddenPlace[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((each: Json) => {
    if (!isJsonObject(each) || typeof each.kind !== "string" || !Array.isArray(each.path)) return [];
    const path = each.path.filter((step: Json) => typeof step === "string" || typeof step === "number");
    return [{ path, kind: each.kind }];
  });
}
