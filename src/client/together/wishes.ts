import { randomUUID } from "node:crypto";
import type { JsonObject } from "../../shared/json.ts";

/** What a client has asked of connections for as long as its session lasts: a new session with one is told again. */
export class Wishes {
  #level: JsonObject | null = null;
  readonly #subscribed = new Map<string, Map<string, JsonObject>>();

  /** The least level of log messages, asked of all connections. */
  level(params: JsonObject): void {
    this.#level = params;
  }

  /** A request to a connection, by its own names; only subscriptions last. */
  note(connection: string, method: string, params: JsonObject): void {
    const { uri } = params;
    if (typeof uri !== "string") return;
    const own = this.#subscribed.get(connection) ?? new Map<string, JsonObject>();
    if (method === "resources/unsubscribe") own.delete(uri);
    if (method === "resources/subscribe" && own.size < mostSubscribed) own.set(uri, params);
    this.#subscribed.set(connection, own);
  }

  /** The requests that tell a connection again. */
  of(connection: string): readonly JsonObject[] {
    const subscribed = [...(this.#subscribed.get(connection)?.values() ?? [])];
    return [
      ...(this.#level === null ? [] : [request("logging/setLevel", this.#level)]),
      ...subscribed.map((params) => request("resources/subscribe", params)),
    ];
  }
}

const mostSubscribed = 1_000;

function request(method: string, params: JsonObject): JsonObject {
  return { jsonrpc: "2.0", id: randomUUID(), method, params };
}
