import { randomUUID } from "node:crypto";
import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { headerValue } from "../../shared/modern-headers.ts";
import type { Heard } from "../heard.ts";
import type { Asked } from "../upstream/upstream.ts";
import { listAnswer, Listing, namesNothing, type Asking } from "./listing.ts";
import { lists } from "./lists.ts";
import { ModernListeners } from "./modern-listeners.ts";
import { methodNotFound, offered, refused, serverInfo } from "./one-server.ts";
import { rewrittenAnswer } from "./rewritten-answer.ts";
import { accepted, errorOf, said } from "./said.ts";
import { readAnswer, Refused } from "./session.ts";
import type { TogetherParts } from "./together.ts";

/** The one server for clients of 2026-07-28, each of whose requests stands for itself. */
export class ModernTogether {
  readonly #parts: TogetherParts;
  readonly #listing = new Listing();
  readonly #listeners = new ModernListeners();

  constructor(parts: TogetherParts) {
    this.#parts = parts;
  }

  /** Other connections may be used than before. */
  changed(): void {
    this.#listing.forget();
    this.#listeners.changed();
  }

  async take(message: JsonObject, asked: Asked, client: string): Promise<Heard> {
    const { id, method } = message;
    const params = isJsonObject(message.params) ? message.params : {};
    // Over HTTP a request is cancelled by leaving it, and no other notification means anything.
    if (id === undefined || typeof method !== "string") return accepted(null);
    const asking: Asking = {
      connections: this.#parts.connections(),
      ask: (connection, own) => this.#ask(connection, own, asked, client),
      onLate: () => this.#listeners.changed(),
    };
    try {
      if (method === "server/discover") return await this.#discover(id, params, asking);
      if (method === "subscriptions/listen") return this.#listeners.listen(id, params, asking, asked.signal);
      if (lists.has(method)) return said(listAnswer(id, await this.#listing.list(method, params, asking)));
      return await this.#call(id, method, params, asked, asking, client);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return said(errorOf(id, refused, error.message));
    }
  }

  async #discover(id: Json, params: JsonObject, { connections, ask }: Asking): Promise<Heard> {
    const instructions = await this.#parts.instructions.of(connections, async (connection) => {
      const message = { jsonrpc: "2.0", id: randomUUID(), method: "server/discover", params: metaOf(params) };
      const result = (await readAnswer(await ask(connection, message)))?.result;
      if (isJsonObject(result)) this.#parts.instructions.note(connection, result);
    });
    return said({ jsonrpc: "2.0", id, result: { ...discovered, instructions } });
  }

  async #call(
    id: Json,
    method: string,
    params: JsonObject,
    asked: Asked,
    asking: Asking,
    client: string,
  ): Promise<Heard> {
    if (!callable.test(method))
      return said(errorOf(id, methodNotFound, `the method ${method} is not known here.`), { status: 404 });
    const routed = await this.#listing.route(method, params, metaOf(params), asking);
    if (routed === null) return said(namesNothing(id));
    const { connection, name } = routed;
    const message = { jsonrpc: "2.0", id, method, params: routed.params };
    return rewrittenAnswer(await this.#ask(connection, message, asked, client, name), connection, null);
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
    const isRepeatable = () => lists.has(method) || method === "subscriptions/listen" || method === "server/discover";
    const sent = { ...asked, connection, headers: [...headers, ...own], body, isRepeatable };
    return await this.#parts.conversations.ask(sent, client);
  }
}

const callable = /^(tools\/call|prompts\/get|resources\/read|completion\/complete)$/;
const replaced: ReadonlySet<string> = new Set(["content-length", "transfer-encoding", "mcp-name", "mcp-method"]);
const { logging: _logging, ...modernOffered } = offered;
const discovered = {
  resultType: "complete",
  supportedVersions: ["2026-07-28"],
  capabilities: modernOffered,
  ttlMs: 0,
  cacheScope: "private",
  _meta: { "io.modelcontextprotocol/serverInfo": serverInfo },
};

function metaOf({ _meta }: JsonObject): JsonObject {
  return _meta === undefined ? {} : { _meta };
}
