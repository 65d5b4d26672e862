import { isJsonObject, type JsonObject } from "../../shared/json.ts";

/** How the gateway treats a method. What it doesn't know is denied (rule 1). */
export type MethodClass =
  /** The protocol's own: passes. */
  | { readonly kind: "protocol" }
  /** A list: passes, showing only what the caller may use. */
  | { readonly kind: "list"; readonly of: "tools" | "resources" | "resourceTemplates" | "prompts" }
  /** Judged by the rules. `name` is null where the parameters don't name what is called. */
  | { readonly kind: "call"; readonly reaches: "tool" | "resource" | "prompt"; readonly name: string | null }
  | { readonly kind: "unknown" };

const protocolMethods = new Set(["initialize", "ping", "server/discover", "logging/setLevel", "subscriptions/listen"]);
const lists: ReadonlyMap<string, "tools" | "resources" | "resourceTemplates" | "prompts"> = new Map([
  ["tools/list", "tools"],
  ["resources/list", "resources"],
  ["resources/templates/list", "resourceTemplates"],
  ["prompts/list", "prompts"],
]);

/** Notifications of a client that pass; others are dropped. */
export const clientNotifications: ReadonlySet<string> = new Set([
  "notifications/initialized",
  "notifications/cancelled",
  "notifications/progress",
]);

/** Methods that 2026-07-28 has no more. */
const legacyOnly: ReadonlySet<string> = new Set([
  "initialize",
  "ping",
  "logging/setLevel",
  "resources/subscribe",
  "resources/unsubscribe",
]);

export function classOf(method: string, params: JsonObject, era: "legacy" | "modern"): MethodClass {
  if (era === "modern" && legacyOnly.has(method)) return { kind: "unknown" };
  if (protocolMethods.has(method)) return { kind: "protocol" };
  const list = lists.get(method);
  if (list !== undefined) return { kind: "list", of: list };
  switch (method) {
    case "tools/call":
      return { kind: "call", reaches: "tool", name: text(params.name) };
    case "prompts/get":
      return { kind: "call", reaches: "prompt", name: text(params.name) };
    case "resources/read":
    case "resources/subscribe":
    case "resources/unsubscribe":
      return { kind: "call", reaches: "resource", name: text(params.uri) };
    case "completion/complete":
      return completion(params.ref);
    default:
      return { kind: "unknown" };
  }
}

/** Why these arguments can't be judged, or null: a condition reads members, and would find a list or a text empty that a lenient target understands. */
export function withoutMembers({ arguments: given }: JsonObject): string | null {
  return given === undefined || given === null || isJsonObject(given) ? null : "The arguments must be an object.";
}

/** The resources whose changes a `subscriptions/listen` asks for (2026-07-28, "Subscriptions"). */
export function subscribedTo(params: JsonObject): readonly string[] {
  const asked = isJsonObject(params.notifications) ? params.notifications.resourceSubscriptions : undefined;
  // What is no text is no address that a rule could allow.
  return Array.isArray(asked) ? asked.map((uri) => text(uri) ?? "") : asked === undefined ? [] : [""];
}

function completion(ref: JsonObject[string] | undefined): MethodClass {
  if (!isJsonObject(ref)) return { kind: "call", reaches: "prompt", name: null };
  if (ref.type === "ref/resource") return { kind: "call", reaches: "resource", name: text(ref.uri) };
  return { kind: "call", reaches: "prompt", name: ref.type === "ref/prompt" ? text(ref.name) : null };
}

function text(value: JsonObject[string] | undefined): string | null {
  return typeof value === "string" && value.length > 0 ? value : null;
}
