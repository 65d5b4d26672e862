import { randomUUID } from "node:crypto";
import type { Writable } from "node:stream";
import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { headerValue } from "../../shared/modern-headers.ts";
import { encodeSse, encodeSseComment } from "../../shared/sse.ts";
import type { Heard } from "../conversations.ts";
import { isStream } from "../listening.ts";
import { repeated } from "../repeated.ts";
import type { Asked } from "../upstream/upstream.ts";
import { gathered } from "./gathered.ts";
import { left } from "./left.ts";
import { lists, readCursor } from "./lists.ts";
import { splitUri } from "./names.ts";
import { News } from "./news.ts";
import { beatMs, instructions, invalidParams, methodNotFound, offered, refused, serverInfo } from "./one-server.ts";
import { Places } from "./places.ts";
import { rewrittenAnswer } from "./rewritten-answer.ts";
import { accepted, errorOf, said } from "./said.ts";
import { Refused } from "./session.ts";
import type { TogetherOptions } from "./together.ts";

/** The one server for clients of 2026-07-28, each of whose requests stands for itself. */
export class ModernTogether {
  readonly #options: TogetherOptions;
  readonly #places = new Places();
  readonly #late = new Map<string, { readonly result: JsonObject; readonly untilMs: number }>();
  /** What listeners wish to hear of, by the stream that they hear it on. */
  readonly #listeners = new Map<Writable, { readonly id: Json; readonly wished: JsonObject }>();

  constructor(options: TogetherOptions) {
    this.#options = options;
  }

  changed(): void {
    for (const [into, { id, wished }] of this.#listeners)
      for (const [member, method] of changes)
        if (wished[member] === true)
          into.write(encodeSse({ data: JSON.stringify(stamped({ jsonrpc: "2.0", method }, id)) }));
  }

  async take(message: JsonObject, asked: Asked, client: string): Promise<Heard> {
    const { id, method } = message;
    const params = isJsonObject(message.params) ? message.params : {};
    // Over HTTP a request is cancelled by leaving it, and no other notification means anything.
    if (id === undefined || typeof method !== "string") return accepted(null);
    try {
      return await this.#request({ id, method, params }, asked, client);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return said(errorOf(id, refused, error.message));
    }
  }

  async #request(
    request: { readonly id: Json; readonly method: string; readonly params: JsonObject },
    asked: Asked,
    client: string,
  ): Promise<Heard> {
    const { id, method, params } = request;
    const connections = this.#options.connections();
    if (method === "server/discover") return said({ jsonrpc: "2.0", id, result: discovered });
    if (method === "subscriptions/listen") return this.#listen(id, params, connections, asked, client);
    if (lists.has(method)) {
      const result = await this.#list(method, params, connections, asked, client);
      return said(
        result === null
          ? errorOf(id, invalidParams, "this cursor is none of this list's.")
          : { jsonrpc: "2.0", id, result },
      );
    }
    const look = async (connection: string, of: string) =>
      void (await this.#list(of, meta(params), [connection], asked, client));
    const routed = await this.#places.route(method, params, connections, look);
    if (routed === null) {
      if (!/^(tools\/call|prompts\/get|resources\/read|completion\/complete)$/.test(method))
        return said(errorOf(id, methodNotFound, `the method ${method} is not known here.`), { status: 404 });
      return said(errorOf(id, invalidParams, "no connection of yours has what this names: list anew."));
    }
    const answer = await this.#ask(
      routed.connection,
      { jsonrpc: "2.0", id, method, params: routed.params },
      asked,
      client,
      routed.name,
    );
    return rewrittenAnswer(answer, routed.connection, null);
  }

  async #list(
    method: string,
    params: JsonObject,
    connections: readonly string[],
    asked: Asked,
    client: string,
  ): Promise<JsonObject | null> {
    const list = lists.get(method);
    const cursor = readCursor(params.cursor);
    if (list === undefined || (params.cursor !== undefined && cursor === null)) return null;
    const { cursor: _cursor, ...others } = params;
    return await gathered({
      list,
      connections,
      cursor,
      ask: (connection, at) => {
        const own = at === null ? others : { ...others, cursor: at };
        return this.#ask(connection, { jsonrpc: "2.0", id: randomUUID(), method, params: own }, asked, client);
      },
      onPlace: (joined, place) => this.#places.learn(joined, place),
      onLate: () => this.changed(),
      late: this.#late,
    });
  }

  /** One stream out of those of all connections, each opened again where it ends. */
  #listen(id: Json, params: JsonObject, connections: readonly string[], asked: Asked, client: string): Heard {
    const wished = isJsonObject(params.notifications) ? params.notifications : {};
    const uris = Array.isArray(wished.resourceSubscriptions) ? (wished.resourceSubscriptions as readonly Json[]) : [];
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
            connections.map((connection) => {
              const own = uris.flatMap((uri) => {
                const place = typeof uri === "string" ? splitUri(uri) : null;
                return place?.connection === connection ? [place.uri] : [];
              });
              const { resourceSubscriptions: _all, ...others } = wished;
              const notifications = own.length === 0 ? others : { ...others, resourceSubscriptions: own };
              const message = {
                jsonrpc: "2.0",
                id,
                method: "subscriptions/listen",
                params: { ...params, notifications },
              };
              return this.#hear(connection, message, into, asked, client);
            }),
          );
          await left(asked.signal, into);
        } finally {
          clearInterval(beat);
          this.#listeners.delete(into);
        }
      },
    };
  }

  async #hear(connection: string, message: JsonObject, into: Writable, asked: Asked, client: string): Promise<void> {
    await repeated(asked.signal, async () => {
      if (into.destroyed) return "over";
      try {
        const answer = await this.#ask(connection, message, asked, client);
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

  async #ask(
    connection: string,
    message: JsonObject,
    asked: Asked,
    client: string,
    name: string | null = null,
  ): Promise<Heard> {
    const headers = asked.headers.flatMap((header, at) =>
      at % 2 === 1 || replaced.has(header.toLowerCase()) ? [] : [header, asked.headers[at + 1] ?? ""],
    );
    const method = typeof message.method === "string" ? message.method : "";
    const own = [
      "mcp-method",
      method,
      ...(name === null || method === "completion/complete" ? [] : ["mcp-name", headerValue(name)]),
    ];
    const body = Buffer.from(JSON.stringify(message));
    const isRepeatable = () => lists.has(method) || method === "subscriptions/listen";
    return await this.#options.conversations.ask(
      { ...asked, connection, headers: [...headers, ...own], body, isRepeatable },
      client,
    );
  }
}

const replaced: ReadonlySet<string> = new Set(["content-length", "transfer-encoding", "mcp-name", "mcp-method"]);
const changes: readonly (readonly [string, string])[] = [
  ["toolsListChanged", "notifications/tools/list_changed"],
  ["resourcesListChanged", "notifications/resources/list_changed"],
  ["promptsListChanged", "notifications/prompts/list_changed"],
];
const { logging: _logging, ...modernOffered } = offered;
const discovered = {
  resultType: "complete",
  supportedVersions: ["2026-07-28"],
  capabilities: modernOffered,
  instructions,
  ttlMs: 0,
  cacheScope: "private",
  _meta: { "io.modelcontextprotocol/serverInfo": serverInfo },
};

function meta({ _meta }: JsonObject): JsonObject {
  return _meta === undefined ? {} : { _meta };
}

function stamped(message: JsonObject, id: Json): JsonObject {
  const params = isJsonObject(message.params) ? message.params : {};
  return { ...message, params: { ...params, _meta: { "io.modelcontextprotocol/subscriptionId": id } } };
}
