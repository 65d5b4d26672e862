import type { Writable } from "node:stream";
import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { encodeSse, encodeSseComment } from "../../shared/sse.ts";
import type { Heard } from "../heard.ts";
import type { Ending } from "../departure.ts";
import { isStream } from "../listening.ts";
import { repeated } from "../repeated.ts";
import { left } from "./left.ts";
import type { Asking } from "./listing.ts";
import { splitUri } from "./names.ts";
import { News } from "./news.ts";
import { beatMs } from "./one-server.ts";
import { said } from "./said.ts";

/** The streams of `subscriptions/listen` in the one server: each one out of those of all connections. */
export class ModernListeners {
  /** What listeners wish to hear of, by the stream that they hear it on. */
  readonly #listeners = new Map<Writable, { readonly id: Json; readonly wished: JsonObject }>();

  /** Who wishes to hear of changed lists hears that they may be other now. */
  changed(): void {
    for (const [into, { id, wished }] of this.#listeners)
      for (const [member, method] of changes)
        if (wished[member] === true)
          into.write(encodeSse({ data: JSON.stringify(stamped({ jsonrpc: "2.0", method }, id)) }));
  }

  /** One stream, which stays until `signal` ends it; each connection's is opened again where it ends. */
  listen(id: Json, params: JsonObject, asking: Asking, signal: Ending): Heard {
    const wished = isJsonObject(params.notifications) ? params.notifications : {};
    const acknowledged = {
      jsonrpc: "2.0",
      method: "notifications/subscriptions/acknowledged",
      params: { notifications: wished },
    };
    return {
      ...said(null),
      headers: { "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" },
      pass: async (into) => {
        into.write(encodeSse({ data: JSON.stringify(stamped(acknowledged, id)) }));
        this.#listeners.set(into, { id, wished });
        const beat = setInterval(() => into.write(encodeSseComment("waiting")), beatMs);
        try {
          await Promise.all(
            asking.connections.map((connection) => {
              const notifications = wishesOf(wished, connection);
              const own = { jsonrpc: "2.0", id, method: "subscriptions/listen", params: { ...params, notifications } };
              return hear(connection, own, into, asking.ask, signal);
            }),
          );
          await left(signal, into);
        } finally {
          clearInterval(beat);
          this.#listeners.delete(into);
        }
      },
    };
  }
}

const changes: readonly (readonly [string, string])[] = [
  ["toolsListChanged", "notifications/tools/list_changed"],
  ["resourcesListChanged", "notifications/resources/list_changed"],
  ["promptsListChanged", "notifications/prompts/list_changed"],
];

/** What is wished of one connection: of the resources its own alone, by its own addresses. */
function wishesOf(wished: JsonObject, connection: string): JsonObject {
  const { resourceSubscriptions: uris, ...others } = wished;
  const own = (Array.isArray(uris) ? (uris as readonly Json[]) : []).flatMap((uri) => {
    const place = typeof uri === "string" ? splitUri(uri) : null;
    return place?.connection === connection ? [place.uri] : [];
  });
  return own.length === 0 ? others : { ...others, resourceSubscriptions: own };
}

async function hear(
  connection: string,
  message: JsonObject,
  into: Writable,
  ask: Asking["ask"],
  signal: Ending,
): Promise<void> {
  await repeated(signal, async () => {
    if (into.destroyed) return "over";
    try {
      const answer = await ask(connection, message);
      if (!isStream(answer)) {
        answer.drop();
        return "over";
      }
      await answer.pass(new News(connection, into));
      return "again";
    } catch {
      return "again";
    }
  });
}

function stamped(message: JsonObject, id: Json): JsonObject {
  const params = isJsonObject(message.params) ? message.params : {};
  return { ...message, params: { ...params, _meta: { "io.modelcontextprotocol/subscriptionId": id } } };
}
