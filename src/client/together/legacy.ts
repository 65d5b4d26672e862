import { randomUUID } from "node:crypto";
import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import type { Conversations, Heard } from "../conversations.ts";
import { headerValues } from "../loopback-guard.ts";
import type { Asked } from "../upstream/upstream.ts";
import { gathered } from "./gathered.ts";
import { lists, readCursor } from "./lists.ts";
import { instructions, invalidParams, methodNotFound, offered, refused, serverInfo } from "./one-server.ts";
import { Places } from "./places.ts";
import { rewrittenAnswer } from "./rewritten-answer.ts";
import { splitId } from "./rewriting.ts";
import { accepted, errorOf, said } from "./said.ts";
import { Refused, TogetherSession, type Borrowed, type Opening } from "./session.ts";
import { readSessionId, writeSessionId } from "./session-id.ts";
import type { TogetherOptions } from "./together.ts";
import { UnaskedStreams } from "./unasked-streams.ts";

/** The one server for clients of revisions with sessions. */
export class LegacyTogether {
  readonly #options: TogetherOptions;
  readonly #sessions = new Map<string, TogetherSession>();
  readonly #places = new Places();
  readonly #late = new Map<string, { readonly result: JsonObject; readonly untilMs: number }>();
  readonly #streams = new UnaskedStreams();

  constructor(options: TogetherOptions) {
    this.#options = options;
  }

  knows({ headers }: Pick<Asked, "headers">, client: string): boolean {
    return this.#session(headers, client) !== null;
  }

  /** Every client hears that what it lists may be other now. */
  changed(): void {
    this.#streams.changed();
  }

  async take(message: JsonObject, asked: Asked, client: string): Promise<Heard> {
    const { id, method } = message;
    const params = isJsonObject(message.params) ? message.params : {};
    if (method === "initialize" && id !== undefined) return this.#begin(id, params, client);
    const session = this.#session(asked.headers, client);
    if (session === null) return unknown(id);
    if (typeof method !== "string") return await this.#answer(session, message, asked);
    if (id === undefined) return await this.#notify(session, method, params, asked);
    try {
      return await this.#request(session, { id, method, params }, asked);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return said(errorOf(id, refused, error.message), { session: session.id });
    }
  }

  /** `GET` and `DELETE`. */
  stream(asked: Asked, client: string): Heard {
    const session = this.#session(asked.headers, client);
    if (session === null) return unknown(null);
    if (asked.method === "DELETE") {
      this.#sessions.delete(session.id);
      session.close(asked);
      return accepted(null, 204);
    }
    return {
      ...said(null, { session: session.id }),
      headers: { "content-type": "text/event-stream", "cache-control": "no-store", "mcp-session-id": session.id },
      pass: (into) => this.#streams.hear(session, into, asked),
    };
  }

  #begin(id: Json, params: JsonObject, client: string): Heard {
    const asked = params.protocolVersion;
    const version = typeof asked === "string" && versions.includes(asked) ? asked : newest;
    const capabilities = isJsonObject(params.capabilities) ? params.capabilities : {};
    const clientInfo = isJsonObject(params.clientInfo) ? params.clientInfo : { name: "unknown", version: "" };
    const session = this.#open(writeSessionId({ version, capabilities, clientInfo }, randomUUID()), client, {
      version,
      capabilities,
      clientInfo,
    });
    const result = { protocolVersion: version, capabilities: offered, serverInfo, instructions };
    return said({ jsonrpc: "2.0", id, result }, { session: session.id });
  }

  async #request(
    session: TogetherSession,
    request: { readonly id: Json; readonly method: string; readonly params: JsonObject },
    asked: Asked,
  ): Promise<Heard> {
    const { id, method, params } = request;
    const connections = this.#options.connections();
    if (method === "ping") return said({ jsonrpc: "2.0", id, result: {} }, { session: session.id });
    if (method === "logging/setLevel") {
      for (const each of session.opened) void this.#pass(session, each, { jsonrpc: "2.0", id, method, params }, asked);
      return said({ jsonrpc: "2.0", id, result: {} }, { session: session.id });
    }
    const list = lists.get(method);
    if (list !== undefined) {
      const result = await this.#list(session, method, params, connections, asked);
      return said(
        result === null
          ? errorOf(id, invalidParams, "this cursor is none of this list's.")
          : { jsonrpc: "2.0", id, result },
        { session: session.id },
      );
    }
    const look = async (connection: string, of: string) =>
      void (await this.#list(session, of, {}, [connection], asked));
    const routed = await this.#places.route(method, params, connections, look);
    if (routed === null) {
      const known = callable.test(method);
      const words = known
        ? "no connection of yours has what this names: list anew."
        : `the method ${method} is not known here.`;
      return said(errorOf(id, known ? invalidParams : methodNotFound, words), { session: session.id });
    }
    session.underWay.set(id, routed.connection);
    const answer = await session.ask(
      routed.connection,
      "POST",
      { jsonrpc: "2.0", id, method, params: routed.params },
      asked,
    );
    return rewrittenAnswer(answer, routed.connection, session.id);
  }

  async #list(
    session: TogetherSession,
    method: string,
    params: JsonObject,
    connections: readonly string[],
    borrowed: Borrowed,
  ): Promise<JsonObject | null> {
    const list = lists.get(method);
    const cursor = readCursor(params.cursor);
    if (list === undefined || (params.cursor !== undefined && cursor === null)) return null;
    const { cursor: _cursor, ...others } = params;
    return await gathered({
      list,
      connections,
      cursor,
      ask: (connection, at) =>
        session.ask(
          connection,
          "POST",
          { jsonrpc: "2.0", id: randomUUID(), method, params: at === null ? others : { ...others, cursor: at } },
          borrowed,
        ),
      onPlace: (joined, place) => this.#places.learn(joined, place),
      onLate: () => this.#streams.tell(session, `notifications/${method.split("/")[0] ?? ""}/list_changed`),
      late: this.#late,
    });
  }

  /** The client's answer to a question of a connection's. */
  async #answer(session: TogetherSession, message: JsonObject, asked: Asked): Promise<Heard> {
    const place = splitId(message.id);
    if (place !== null && session.opened.includes(place.connection))
      await this.#pass(session, place.connection, { ...message, id: place.id }, asked);
    return accepted(session.id);
  }

  async #notify(session: TogetherSession, method: string, params: JsonObject, asked: Asked): Promise<Heard> {
    const cancelled = method === "notifications/cancelled" ? params.requestId : undefined;
    const connection = cancelled === undefined ? undefined : session.underWay.get(cancelled);
    const message = { jsonrpc: "2.0", method, params };
    if (connection !== undefined) await this.#pass(session, connection, message, asked);
    // A progress of what a connection asked: its token says no more than that connection knows.
    if (method === "notifications/progress")
      for (const each of session.opened) await this.#pass(session, each, message, asked);
    return accepted(session.id);
  }

  async #pass(session: TogetherSession, connection: string, message: JsonObject, borrowed: Borrowed): Promise<void> {
    await session.ask(connection, "POST", message, borrowed).then(
      (answer) => answer.drop(),
      () => undefined, // nobody waits for it
    );
  }

  /** The session that a request names: also one of before this process began, as its id says how it was opened. */
  #session(headers: Asked["headers"], client: string): TogetherSession | null {
    const [id] = headerValues(headers, "mcp-session-id");
    if (id === undefined) return null;
    const known = this.#sessions.get(id);
    if (known !== undefined) return known.client === client ? known : null;
    const opening = readSessionId(id);
    return opening === null ? null : this.#open(id, client, opening);
  }

  #open(id: string, client: string, opening: Opening): TogetherSession {
    const session = new TogetherSession(id, client, opening, this.#conversations);
    this.#sessions.set(id, session);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > mostSessions && oldest !== undefined) this.#sessions.delete(oldest);
    return session;
  }

  get #conversations(): Conversations {
    return this.#options.conversations;
  }
}

const mostSessions = 512;
const newest = "2025-11-25";
const versions: readonly string[] = [newest, "2025-06-18", "2025-03-26", "2024-11-05"];
const callable = /^(tools\/call|prompts\/get|resources\/(read|subscribe|unsubscribe)|completion\/complete)$/;
/** As the gateway says it of a session. */
const sessionUnknown = -32_001;

function unknown(id: Json | undefined): Heard {
  return said(errorOf(id, sessionUnknown, "this session has ended: begin with initialize."), { status: 404 });
}
