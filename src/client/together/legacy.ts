import { randomUUID } from "node:crypto";
import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import type { Heard } from "../heard.ts";
import { headerValues } from "../loopback-guard.ts";
import type { Asked } from "../upstream/upstream.ts";
import { answerEvent, answerEventId, unaskedEvents } from "./event-place.ts";
import { answerRequest, pass, passNotification, type Site } from "./legacy-messages.ts";
import { Listing } from "./listing.ts";
import { invalidRequest, offered, refused, serverInfo } from "./one-server.ts";
import { rewrittenAnswer } from "./rewritten-answer.ts";
import { splitId } from "./rewriting.ts";
import { accepted, errorOf, said } from "./said.ts";
import { Refused, TogetherSession, type Borrowed, type Opening } from "./session.ts";
import { readSessionId, writeSessionId } from "./session-id.ts";
import type { TogetherParts } from "./together.ts";
import { UnaskedStreams } from "./unasked-streams.ts";

/** The one server for clients of revisions with sessions. */
export class LegacyTogether {
  readonly #parts: TogetherParts;
  readonly #sessions = new Map<string, TogetherSession>();
  readonly #streams = new UnaskedStreams();
  readonly #site: Site;

  constructor(parts: TogetherParts) {
    this.#parts = parts;
    this.#site = { connections: parts.connections, listing: new Listing(), streams: this.#streams };
  }

  knows({ headers }: Pick<Asked, "headers">, client: string): boolean {
    return this.#session(headers, client) !== null;
  }

  /** Every client hears that what it lists may be other now. */
  changed(): void {
    this.#site.listing.forget();
    this.#streams.changed();
  }

  async take(message: JsonObject, asked: Asked, client: string): Promise<Heard> {
    const { id, method } = message;
    const params = isJsonObject(message.params) ? message.params : {};
    if (method === "initialize" && id !== undefined) return await this.#begin(id, params, asked, client);
    const session = this.#session(asked.headers, client);
    if (session === null) return unknown(id);
    if (typeof method !== "string") return await answer(session, message, asked);
    if (id === undefined) {
      await passNotification(session, method, params, asked);
      return accepted(session.id);
    }
    try {
      return await answerRequest(session, { id, method, params }, asked, this.#site);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return said(errorOf(id, refused, error.message), { session: session.id });
    }
  }

  /** `GET` and `DELETE`. */
  async stream(asked: Asked, client: string): Promise<Heard> {
    const session = this.#session(asked.headers, client);
    if (session === null) return unknown(null);
    if (asked.method === "DELETE") {
      this.#sessions.delete(session.id);
      session.close(asked);
      return accepted(null, 204);
    }
    const [last] = headerValues(asked.headers, "last-event-id");
    const place = last === undefined ? null : answerEvent(last);
    if (place !== null) return await resumed(session, place, asked);
    return {
      ...said(null, { session: session.id }),
      headers: { "content-type": "text/event-stream", "cache-control": "no-store", "mcp-session-id": session.id },
      pass: (into) => this.#streams.hear(session, into, asked, unaskedEvents(last)),
    };
  }

  async #begin(id: Json, params: JsonObject, borrowed: Borrowed, client: string): Promise<Heard> {
    const asked = params.protocolVersion;
    const version = typeof asked === "string" && versions.includes(asked) ? asked : newest;
    const capabilities = isJsonObject(params.capabilities) ? params.capabilities : {};
    const clientInfo = isJsonObject(params.clientInfo) ? params.clientInfo : { name: "unknown", version: "" };
    const opening = { version, capabilities, clientInfo };
    const session = this.#open(writeSessionId(opening, randomUUID()), client, opening);
    const instructions = await this.#parts.instructions.of(this.#parts.connections(), (connection) =>
      session.begin(connection, borrowed),
    );
    const result = { protocolVersion: version, capabilities: offered, serverInfo, instructions };
    return said({ jsonrpc: "2.0", id, result }, { session: session.id });
  }

  /** The session that a request names: also one of before this process began, as its id says how it was opened. */
  #session(headers: Asked["headers"], client: string): TogetherSession | null {
    const [id] = headerValues(headers, "mcp-session-id");
    if (id === undefined) return null;
    const known = this.#sessions.get(id);
    if (known !== undefined) return known.client === client ? known : null;
    const opening = readSessionId(id);
    if (opening === null) return null;
    const session = this.#open(id, client, opening);
    session.isRevived = true;
    return session;
  }

  #open(id: string, client: string, opening: Opening): TogetherSession {
    const { conversations, instructions } = this.#parts;
    const session = new TogetherSession(id, client, opening, conversations, (connection, result) =>
      instructions.note(connection, result),
    );
    this.#sessions.set(id, session);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > mostSessions && oldest !== undefined) this.#sessions.delete(oldest);
    return session;
  }
}

const mostSessions = 512;
const newest = "2025-11-25";
const versions: readonly string[] = [newest, "2025-06-18", "2025-03-26", "2024-11-05"];
/** As the gateway says it of a session. */
const sessionUnknown = -32_001;

function unknown(id: Json | undefined): Heard {
  return said(errorOf(id, sessionUnknown, "this session has ended: begin with initialize."), { status: 404 });
}

/** The client's answer to a question of a connection's. */
async function answer(session: TogetherSession, message: JsonObject, asked: Asked): Promise<Heard> {
  const place = splitId(message.id);
  if (place !== null && session.opened.includes(place.connection))
    await pass(session, place.connection, { ...message, id: place.id }, asked);
  return accepted(session.id);
}

/** The rest of a connection's answer after an event, while its session there lasts. */
async function resumed(
  session: TogetherSession,
  { connection, id }: { readonly connection: string; readonly id: string },
  asked: Asked,
): Promise<Heard> {
  if (session.opened.includes(connection)) {
    const rest = await session.ask(connection, "GET", null, asked, ["last-event-id", id]);
    if (!rest.isAnew) return rewrittenAnswer(rest, connection, session.id, (each) => answerEventId(connection, each));
    rest.drop();
  }
  const gone = errorOf(null, invalidRequest, "this stream can't be taken up again: it is kept no more.");
  return said(gone, { status: 400, session: session.id });
}
