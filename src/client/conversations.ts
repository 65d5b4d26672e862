import { CountersignError } from "../shared/errors.ts";
import { readMessage } from "./client-message.ts";
import { heard, alreadyRead, type Heard } from "./heard.ts";
import { headerValues, type RawHeaders } from "./loopback-guard.ts";
import { agreedProtocol, isForgotten, isRefused } from "./session-words.ts";
import type { Answer } from "./upstream/answer.ts";
import type { Asked, Upstream } from "./upstream/upstream.ts";

/** The legacy sessions of all clients, begun anew behind a client's back where the gateway has forgotten one: few clients do so themselves. */
export interface Conversations {
  /** As the upstream's, for one client: `client` is its id. */
  ask(asked: Asked, client: string): Promise<Heard>;
  /** Whether this client's session could be begun anew. */
  knows(asked: Pick<Asked, "headers" | "connection">, client: string): boolean;
}

/** How a session began, and what the gateway calls it now; the client goes on with its first name. */
interface Conversation {
  readonly opening: Asked;
  current: string;
  beginning: Promise<boolean> | null;
}

export function createConversations(upstream: Upstream): Conversations {
  const known = new Map<string, Conversation>();

  function remember(asked: Asked, client: string, answer: Answer): void {
    const name = answer.headers["mcp-session-id"];
    const { body } = asked;
    if (typeof name !== "string" || !Buffer.isBuffer(body) || body.length > mostOpening || !isOpening(body)) return;
    // The client's signal ends with its request; the opening may be needed long afterwards.
    const opening = { ...asked, signal: new AbortController().signal };
    known.set(keyOf(client, asked.connection, name), { opening, current: name, beginning: null });
    const [oldest] = known.keys();
    if (known.size > mostKnown && oldest !== undefined) known.delete(oldest);
  }

  /** Begins the session anew, once for all that wait for it. False where that can't be done; throws where the gateway was lost over it. */
  function beginAnew(conversation: Conversation, asked: Asked): Promise<boolean> {
    conversation.beginning ??= begin(upstream, conversation, asked)
      .catch((error: unknown) => {
        throw lostMeanwhile(error);
      })
      .finally(() => (conversation.beginning = null));
    return conversation.beginning;
  }

  async function ask(asked: Asked, client: string): Promise<Heard> {
    const name = sessionOf(asked.headers);
    if (name === null) {
      const answer = await upstream.ask(asked);
      remember(asked, client, answer);
      return heard(answer, null, false);
    }
    const key = keyOf(client, asked.connection, name);
    const conversation = known.get(key);
    if (conversation === undefined) return heard(await upstream.ask(asked), null, false);
    return await insist(asked, conversation, key, name);
  }

  async function insist(asked: Asked, conversation: Conversation, key: string, name: string): Promise<Heard> {
    for (let turn = 0; turn < mostTurns; turn += 1) {
      const { current } = conversation;
      // Where the session was begun anew just now, events are those of the one that is gone.
      const answer = await upstream.ask(named(turn === 0 ? asked : withoutLastEvent(asked), current));
      if (asked.method === "DELETE") known.delete(key);
      if (answer.status !== 404) return heard(answer, name, turn > 0);
      const text = await answer.text(mostRefusal);
      if (!isForgotten(text)) return alreadyRead(answer, text, name);
      if (asked.method === "DELETE") return alreadyRead({ ...answer, status: 204, headers: {} }, "", name);
      // What belongs to the old session needs no new one.
      if (asked.method === "POST" && Buffer.isBuffer(asked.body) && readMessage(asked.body).id === null)
        return alreadyRead({ ...answer, status: 202, headers: {} }, "", name);
      if (conversation.current === current && !(await beginAnew(conversation, asked)))
        return alreadyRead(answer, text, name);
      if (asked.body !== null && !Buffer.isBuffer(asked.body))
        throw new CountersignError("transient", "The session was begun anew during this call: call again.");
    }
    // Each time before it did anything with the request.
    throw new CountersignError("transient", "The gateway forgot this session again and again: call again in a moment.");
  }

  return {
    ask,
    knows(asked, client) {
      const name = sessionOf(asked.headers);
      return name !== null && known.has(keyOf(client, asked.connection, name));
    },
  };
}

/** The client's own `initialize` again, then its `notifications/initialized`; nothing else of what it said could be repeated without effect. */
async function begin(upstream: Upstream, conversation: Conversation, asked: Asked): Promise<boolean> {
  const { opening } = conversation;
  const answer = await upstream.ask(opening);
  const session = answer.headers["mcp-session-id"];
  const text = await answer.text(mostAnswer);
  // A target that fails, or a gateway that has no room: for now, and no end of the client's session.
  if (answer.status === 429 || answer.status >= 500 || isRefused(text))
    throw new CountersignError("transient", "The session was refused.");
  const [version] = headerValues(asked.headers, "mcp-protocol-version");
  const agreed = text === null ? undefined : agreedProtocol(text);
  // Another revision than the client speaks by now would be another conversation.
  if (typeof session !== "string" || agreed === undefined || (version !== undefined && version !== agreed))
    return false;
  const headers = ["content-type", "application/json", "accept", "application/json, text/event-stream"];
  const initialized: Asked = {
    ...opening,
    headers: [...headers, "mcp-protocol-version", agreed, "mcp-session-id", session],
    body: Buffer.from('{"jsonrpc":"2.0","method":"notifications/initialized"}'),
    isRepeatable: () => true,
  };
  (await upstream.ask(initialized)).drop();
  conversation.current = session;
  return true;
}

/** Weather, of which the client hears as of any: it has a session still, and a 404 would end it. Nothing of its request was done. */
function lostMeanwhile(error: unknown): CountersignError {
  const code = error instanceof CountersignError ? error.code : "gateway_unreachable";
  const message =
    "This session could not be begun anew: the gateway, or what it leads to, does not answer now. Nothing was done: call again in a moment.";
  return new CountersignError(code, message, { cause: error });
}

/** How often a request is tried while the gateway forgets its session each time: it may start again meanwhile. */
const mostTurns = 3;
/** Sessions that are remembered, the oldest going first, and how long an `initialize` may be for that, in bytes. */
const mostKnown = 512;
const mostOpening = 16 * 1024;
const mostRefusal = 64 * 1024;
const mostAnswer = 1024 * 1024;

function keyOf(client: string, connection: string, session: string): string {
  return `${client} ${connection} ${session}`;
}

function sessionOf(headers: RawHeaders): string | null {
  return headerValues(headers, "mcp-session-id")[0] ?? null;
}

function isOpening(body: Buffer): boolean {
  return body.includes('"initialize"') && readMessage(body).method === "initialize";
}

/** The same under the gateway's name of today. */
function named(asked: Asked, session: string): Asked {
  if (sessionOf(asked.headers) === session) return asked;
  return { ...asked, headers: [...without(asked.headers, "mcp-session-id"), "mcp-session-id", session] };
}

function withoutLastEvent(asked: Asked): Asked {
  return { ...asked, headers: without(asked.headers, "last-event-id") };
}

function without(headers: RawHeaders, left: string): string[] {
  return headers.flatMap((name, at) =>
    at % 2 === 1 || name.toLowerCase() === left ? [] : [name, headers[at + 1] ?? ""],
  );
}
