import type { EntryFacts } from "../../shared/audit-search.ts";
import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";

/** What the entry of this kind and body says by itself (docs/ledger.md); null where it says nothing of it. */
export function factsOf(kind: string, body: JsonObject): EntryFacts {
  const { principal, client, rule } = body;
  const who = isJsonObject(principal) ? principal : null;
  return {
    principal: text(who === null ? principal : who.id),
    name: text(who?.name),
    principalKind: who?.kind === "user" || who?.kind === "service" ? who.kind : null,
    by: text(body.by) ?? text(body.revokedBy),
    connection: text(body.connection),
    method: text(body.method),
    tool: text(body.name) ?? text(body.tool),
    rule: isJsonObject(rule) ? text(rule.name) : null,
    effect: text(body.effect),
    outcome: outcomeOf(kind, body),
    risk: text(body.risk),
    client: isJsonObject(client) ? text(client.name) : null,
    device: text(body.device),
    address: text(body.address),
    session: text(body.session),
    call: text(body.call),
    approval: text(body.approval),
    ms: count(body.ms),
    bytes: count(body.bytes),
  };
}

/** What an entry's call or approval said before it, where it says nothing itself. How something ended is each entry's own. */
export function completed(own: EntryFacts, before: EntryFacts | undefined): EntryFacts {
  if (before === undefined) return own;
  const inherited = Object.entries(own).map(([name, said]) => [
    name,
    said ?? (isOwn.has(name) ? null : before[name as keyof EntryFacts]),
  ]);
  return Object.fromEntries(inherited) as EntryFacts;
}

const isOwn: ReadonlySet<string> = new Set(["by", "outcome", "ms", "bytes"]);

function outcomeOf(kind: string, body: JsonObject): string | null {
  if (kind === "call.response") return text(body.outcome);
  if (kind.startsWith("approval.")) return kind.slice("approval.".length);
  return /\.(refused|rejected)$/.test(kind) ? "refused" : null;
}

function text(value: Json | undefined): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function count(value: Json | undefined): number | null {
  return typeof value === "number" ? value : null;
}
