import type { EntryFacts } from "./audit-search.ts";
import { isJson, isJsonObject, type Json, type JsonObject } from "./json.ts";

/** A line of facts about an entry: a name of ours, and what came from outside. */
type Fact = readonly [name: string, value: string];

/** What an entry says beside its payload; `names` of principals, by id: by which rule, who decided where and why, how it ended, how long and large. */
export function factsOfMoment(
  facts: EntryFacts,
  body: JsonObject,
  names: Readonly<Record<string, string>>,
): readonly Fact[] {
  const decision = typeof body.decision === "string" ? decisionIn(body.decision) : null;
  const found: readonly (readonly [string, Json | undefined])[] = [
    ["By", facts.by === null ? null : (names[facts.by] ?? facts.by)],
    ["Where", typeof decision?.presence === "string" ? (surfaces[decision.presence] ?? decision.presence) : undefined],
    ["Reason", decision?.reason],
    ["Step", body.step],
    ["Signed by device", decision?.device],
    ["Why", body.why],
    ["Message", body.message],
    ["Outcome", facts.outcome],
    ["Rule", isJsonObject(body.rule) ? `${textOf(body.rule.name)} (version ${textOf(body.rule.version)})` : undefined],
    ["Effect", body.effect],
    ["Risk", body.risk],
    ["Took", typeof body.ms === "number" ? `${Math.round(body.ms).toLocaleString("en")} ms` : undefined],
    ["Size", typeof body.bytes === "number" ? `${body.bytes.toLocaleString("en")} bytes` : undefined],
    ["Call", body.call],
    ["Approval", body.approval],
    ["Address", body.address],
  ];
  return found.flatMap(([name, value]) =>
    value === undefined || value === null || value === "" ? [] : [[name, textOf(value)] as const],
  );
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}

/** How a decision was made, as its signature says (docs/protocol.md, "Decision"). */
export const surfaces: Readonly<Record<string, string>> = {
  cli: "terminal",
  window: "console",
  notification: "notification",
  authenticator: "console, with an authenticator",
};

/** What a decision's JWS says; null where it is none. Its signature was checked when it was recorded, and is not here. */
function decisionIn(jws: string): JsonObject | null {
  const [header, payload] = jws.split(".").map(partOf);
  if (header == null || payload == null) return null;
  return { ...payload, device: header.kid ?? null };
}

function partOf(part: string): JsonObject | null {
  try {
    const bytes = Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (character) =>
      character.charCodeAt(0),
    );
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isJson(value) && isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}
