import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { SseParser } from "../../shared/sse.ts";
import type { Conversations } from "../conversations.ts";
import type { Heard } from "../heard.ts";
import { isStream } from "../listening.ts";
import type { Asked } from "../upstream/upstream.ts";
import { Wishes } from "./wishes.ts";

/** How a legacy client began: all that its conversations with the connections need. */
export interface Opening {
  readonly version: string;
  readonly capabilities: JsonObject;
  readonly clientInfo: JsonObject;
}

/** Hears how a connection began: its answer to `initialize`. */
type Begun = (connection: string, result: JsonObject) => void;

/** What a request of the client's lends to those that are made for it. */
export type Borrowed = Pick<Asked, "claims" | "signal">;

interface Own {
  readonly id: string;
  readonly version: string;
}

/** A legacy client's session with the one server: behind it one with each connection, opened when it is first needed. */
export class TogetherSession {
  readonly id: string;
  readonly client: string;
  readonly opening: Opening;
  readonly wishes = new Wishes();
  /** It began before this process did: what its client knows of the connections is of then. */
  isRevived = false;
  /** Connections by the client's latest requests. */
  readonly #underWay = new Map<Json, string>();
  readonly #conversations: Conversations;
  readonly #onBegun: Begun;
  readonly #own = new Map<string, Promise<Own>>();
  readonly #onOpen = new Set<(connection: string) => void>();

  constructor(id: string, client: string, opening: Opening, conversations: Conversations, onBegun: Begun) {
    this.id = id;
    this.client = client;
    this.opening = opening;
    this.#conversations = conversations;
    this.#onBegun = onBegun;
  }

  /** The connections with which it has a session. */
  get opened(): readonly string[] {
    return [...this.#own.keys()];
  }

  /** Notes where a request of the client's went, for its cancellation. */
  sent(request: Json, connection: string): void {
    this.#underWay.delete(request);
    this.#underWay.set(request, connection);
    const [oldest] = this.#underWay.keys();
    if (this.#underWay.size > mostUnderWay && oldest !== undefined) this.#underWay.delete(oldest);
  }

  /** Where a request of the client's went; undefined for one that went nowhere, or long ago. */
  placeOf(request: Json): string | undefined {
    return this.#underWay.get(request);
  }

  /** Begins a session with a connection, where there is none. Throws as `ask`. */
  async begin(connection: string, borrowed: Borrowed): Promise<void> {
    await this.#session(connection, borrowed);
  }

  /** Calls back with each connection that is opened from now on. Returns the way to stop. */
  onOpen(listener: (connection: string) => void): () => void {
    this.#onOpen.add(listener);
    return () => this.#onOpen.delete(listener);
  }

  /** Asks a connection in this client's session with it. Throws what the way to the gateway throws. */
  async ask(
    connection: string,
    method: Asked["method"],
    message: JsonObject | null,
    borrowed: Borrowed,
    more: readonly string[] = [],
  ): Promise<Heard> {
    const own = await this.#session(connection, borrowed);
    const asked = post(connection, message, [...headersOf(own), ...more], borrowed);
    const answer = await this.#conversations.ask({ ...asked, method }, this.client);
    if (answer.isAnew) void this.#tell(connection, own, borrowed);
    return answer;
  }

  /** A session that is new to the connection, though not to the client, hears what the client wished of the one before. */
  async #tell(connection: string, own: Own, { claims }: Pick<Borrowed, "claims">): Promise<void> {
    const borrowed = { claims, signal: AbortSignal.timeout(openingMs) };
    for (const wish of this.wishes.of(connection))
      await this.#conversations.ask(post(connection, wish, headersOf(own), borrowed), this.client).then(
        (answer) => answer.drop(),
        () => undefined, // the next new session hears it
      );
  }

  /** Ends its sessions with all connections, as well as that goes. */
  close(borrowed: Pick<Asked, "claims">): void {
    const signal = AbortSignal.timeout(goodbyeMs);
    for (const connection of this.opened)
      this.ask(connection, "DELETE", null, { ...borrowed, signal }).then(
        (answer) => answer.drop(),
        () => undefined, // it ends by itself
      );
  }

  #session(connection: string, borrowed: Borrowed): Promise<Own> {
    const known = this.#own.get(connection);
    if (known !== undefined) return known;
    const opening = this.#open(connection, borrowed);
    this.#own.set(connection, opening);
    opening.then(
      () => this.#onOpen.forEach((listener) => listener(connection)),
      () => this.#own.delete(connection),
    );
    return opening;
  }

  async #open(connection: string, { claims }: Borrowed): Promise<Own> {
    // Others wait for it as well: the one whose request opens it may leave.
    const borrowed = { claims, signal: AbortSignal.timeout(openingMs) };
    const { version, capabilities, clientInfo } = this.opening;
    const params = { protocolVersion: version, capabilities, clientInfo };
    const initialize = { jsonrpc: "2.0", id: "countersign-initialize", method: "initialize", params };
    const answer = await this.#conversations.ask(post(connection, initialize, plain, borrowed), this.client);
    const session = answer.headers["mcp-session-id"];
    const result = (await readAnswer(answer))?.result;
    if (!isJsonObject(result) || typeof result.protocolVersion !== "string" || typeof session !== "string")
      throw new Refused(
        `The connection ${connection} does not answer as an MCP server now: try again, or see \`countersign connections\`.`,
      );
    const own = { id: session, version: result.protocolVersion };
    const initialized = { jsonrpc: "2.0", method: "notifications/initialized" };
    (await this.#conversations.ask(post(connection, initialized, headersOf(own), borrowed), this.client)).drop();
    this.#onBegun(connection, result);
    await this.#tell(connection, own, borrowed);
    return own;
  }
}

/** A connection that can't be used now, though the gateway is there. */
export class Refused extends Error {}

/** The one message that answers a request: the body, or the last event of the stream. Null where there is none. */
export async function readAnswer(answer: Heard): Promise<JsonObject | null> {
  const text = await answer.text(mostAnswer);
  if (text === null) return null;
  const texts = isStream(answer) ? new SseParser().push(Buffer.from(text)).map(({ data }) => data) : [text];
  const messages = texts.map(parsed).filter((message) => isJsonObject(message) && !("method" in message));
  const last = messages.at(-1);
  return isJsonObject(last) ? last : null;
}

const mostUnderWay = 1_024;
const openingMs = 30_000;
const goodbyeMs = 2_000;
const mostAnswer = 16 * 1024 * 1024;
const plain = ["content-type", "application/json", "accept", "application/json, text/event-stream"] as const;

function headersOf({ id, version }: Own): readonly string[] {
  return [...plain, "mcp-session-id", id, "mcp-protocol-version", version];
}

function post(
  connection: string,
  message: JsonObject | null,
  headers: readonly string[],
  { claims, signal }: Borrowed,
): Asked {
  const body = message === null ? null : Buffer.from(JSON.stringify(message));
  const method = message?.method;
  const isRepeatable = () =>
    message === null ||
    (typeof method === "string" && /^(initialize|notifications\/initialized|.+\/list)$/.test(method));
  return { method: "POST", connection, headers, body, isRepeatable, claims, signal };
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}
