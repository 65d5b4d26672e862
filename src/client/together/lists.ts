import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { cursorAfter, type Pages } from "./cursor.ts";
import { joinedName, joinedUri, type Place } from "./names.ts";

/** A list of the one server: its method, its member in the result, and how an item says whose it is. */
export interface List {
  readonly method: string;
  readonly member: string;
  /** The item under its name in the one server; null for what has none. */
  joined(connection: string, item: JsonObject): Joined | null;
}

interface Joined {
  readonly item: JsonObject;
  /** What the item's name stands for; null for a resource, whose address says it. */
  readonly named: { readonly name: string; readonly place: Place } | null;
}

export const lists: ReadonlyMap<string, List> = new Map(
  [
    { method: "tools/list", member: "tools", joined: named },
    { method: "prompts/list", member: "prompts", joined: named },
    {
      method: "resources/list",
      member: "resources",
      joined: (connection: string, item: JsonObject) => addressed(connection, item, "uri"),
    },
    {
      method: "resources/templates/list",
      member: "resourceTemplates",
      joined: (connection: string, item: JsonObject) => addressed(connection, item, "uriTemplate"),
    },
  ].map((list) => [list.method, list]),
);

/** One result out of those of the connections; `onPlace` hears which name stands for what. `pages`: those before it; null where no more may come. */
export function merged(
  list: List,
  results: ReadonlyMap<string, JsonObject>,
  onPlace: (joined: string, place: Place) => void,
  pages: Pages | null,
): JsonObject {
  const items: JsonObject[] = [];
  const next: (readonly [string, string])[] = [];
  const modern = [...results.values()].filter(({ resultType }) => resultType === "complete");
  for (const [connection, result] of results) {
    const listed = result[list.member];
    for (const item of Array.isArray(listed) ? (listed as readonly Json[]) : []) {
      const joined = isJsonObject(item) ? list.joined(connection, item) : null;
      if (joined === null) continue;
      items.push(joined.item);
      if (joined.named !== null) onPlace(joined.named.name, joined.named.place);
    }
    const at = result.nextCursor;
    // One too long to come back would end all others' lists with its own.
    if (typeof at === "string" && at.length <= longestCursor) next.push([connection, at]);
  }
  return {
    ...(modern.length === 0 ? {} : { resultType: "complete", ttlMs: 0, cacheScope: "private" }),
    [list.member]: items,
    ...(next.length === 0 || pages === null ? {} : { nextCursor: cursorAfter(pages, next) }),
  };
}

const longestCursor = 16 * 1024;

function named(connection: string, item: JsonObject): Joined | null {
  if (typeof item.name !== "string") return null;
  const place = { connection, name: item.name };
  const name = joinedName(place);
  return { item: { ...item, name, ...ownUi(connection, item._meta) }, named: { name, place } };
}

/** A tool's page is one of its server's resources. */
function ownUi(connection: string, meta: Json | undefined): JsonObject {
  if (!isJsonObject(meta) || !isJsonObject(meta.ui) || typeof meta.ui.resourceUri !== "string") return {};
  return { _meta: { ...meta, ui: { ...meta.ui, resourceUri: joinedUri(connection, meta.ui.resourceUri) } } };
}

function addressed(connection: string, item: JsonObject, field: "uri" | "uriTemplate"): Joined | null {
  const uri = item[field];
  return typeof uri === "string" ? { item: { ...item, [field]: joinedUri(connection, uri) }, named: null } : null;
}
