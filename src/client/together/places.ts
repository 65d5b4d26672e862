import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { mayBeOf, splitName, splitUri, type Place } from "./names.ts";

/** A request of the client's as its connection gets it. */
export interface Routed {
  readonly connection: string;
  readonly params: JsonObject;
  /** What is called, under its own name: the `Mcp-Name` of a modern request. */
  readonly name: string;
}

/** Which shortened name stands for what, learnt from the lists that passed. */
export class Places {
  readonly #known = new Map<string, Place>();

  learn(joined: string, place: Place): void {
    if (splitName(joined) !== null) return;
    this.#known.delete(joined);
    this.#known.set(joined, place);
    const [oldest] = this.#known.keys();
    if (this.#known.size > most && oldest !== undefined) this.#known.delete(oldest);
  }

  /** Where a request goes, or null. `look` lists a connection whose names were not seen yet. */
  async route(method: string, params: JsonObject, connections: readonly string[], look: Look): Promise<Routed | null> {
    if (method === "resources/read" || method === "resources/subscribe" || method === "resources/unsubscribe")
      return within(byUri(params, params.uri), connections);
    if (method === "tools/call" || method === "prompts/get") {
      const list = method === "tools/call" ? "tools/list" : "prompts/list";
      return within(await this.#byName(params, params.name, list, connections, look), connections);
    }
    if (method !== "completion/complete" || !isJsonObject(params.ref)) return null;
    const { ref } = params;
    const found =
      ref.type === "ref/prompt"
        ? await this.#byName(ref, ref.name, "prompts/list", connections, look)
        : byUri(ref, ref.uri);
    return within(found === null ? null : { ...found, params: { ...params, ref: found.params } }, connections);
  }

  async #byName(
    holder: JsonObject,
    joined: Json | undefined,
    list: string,
    connections: readonly string[],
    look: Look,
  ): Promise<Routed | null> {
    if (typeof joined !== "string") return null;
    const place = splitName(joined) ?? (await this.#lookUp(joined, list, connections, look));
    if (place === null) return null;
    return { connection: place.connection, params: { ...holder, name: place.name }, name: place.name };
  }

  async #lookUp(joined: string, list: string, connections: readonly string[], look: Look): Promise<Place | null> {
    if (this.#known.has(joined)) return this.#known.get(joined) ?? null;
    for (const connection of connections)
      if (mayBeOf(joined, connection)) await look(connection, list).catch(() => undefined);
    return this.#known.get(joined) ?? null;
  }
}

/** Lists a connection, whose names are learnt on the way. */
type Look = (connection: string, method: string) => Promise<void>;

const most = 50_000;

function byUri(holder: JsonObject, joined: Json | undefined): Routed | null {
  const place = typeof joined === "string" ? splitUri(joined) : null;
  return place === null
    ? null
    : { connection: place.connection, params: { ...holder, uri: place.uri }, name: place.uri };
}

/** Only what the person may use: another name is none, as it would be at the gateway. */
function within(routed: Routed | null, connections: readonly string[]): Routed | null {
  return routed !== null && connections.includes(routed.connection) ? routed : null;
}
