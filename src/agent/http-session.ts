import { isRpcId, kindOf } from "../shared/message.ts";
import { SseParser } from "../shared/sse.ts";
import {
  TargetError,
  type ProtocolHeaders,
  type RpcId,
  type RpcMessage,
  type StreamSign,
  type TargetMessage,
  type TargetSession,
} from "../shared/target.ts";
import { messagesOf } from "./http-events.ts";
import { exchange, readText, settle, type Body, type Endpoint, type Incoming, type Outgoing } from "./http-exchange.ts";
import { protocolHeaders } from "./http-headers.ts";
import { exchangeFault } from "./http-refusal.ts";
import { answerOf, isAnswerTo } from "./http-resume.ts";
import { parseLongMessage } from "./message-text.ts";

/** How long a target may take to hear that a session ends. */
const goodbyeMs = 2000;

type Messages = AsyncGenerator<TargetMessage, void, undefined>;

/** One conversation over Streamable HTTP. The target's session id stays in here. */
export class HttpSession implements TargetSession {
  readonly #endpoint: Endpoint;
  readonly #era: "legacy" | "modern";
  readonly #onClosed: () => void;
  readonly #closed = new AbortController();
  /** The target's own requests that have no answer yet. */
  readonly #asking = new Set<RpcId>();
  #sessionId: string | undefined;
  #protocolVersion: string | undefined;
  #closing: Promise<void> | undefined;

  constructor(endpoint: Endpoint, era: "legacy" | "modern", onClosed: () => void) {
    this.#endpoint = endpoint;
    this.#era = era;
    this.#onClosed = onClosed;
  }

  async *request(
    message: RpcMessage,
    headers: ProtocolHeaders,
    signal: AbortSignal,
    onStream: (sign: StreamSign) => void = () => undefined,
  ): Messages {
    const incoming = await this.#post(message, headers, signal);
    if (message.method === "initialize") this.#learn(incoming);
    switch (incoming.type) {
      case "application/json":
        yield await this.#single(message, incoming.body, signal);
        return;
      case "text/event-stream":
        yield* this.#stream(message, headers, incoming.body, signal, onStream);
        return;
      default:
        incoming.body.destroy();
        throw new TargetError("protocol", `The target answered a request with ${incoming.status} ${incoming.type}.`);
    }
  }

  async notify(message: RpcMessage, headers: ProtocolHeaders): Promise<void> {
    if (kindOf(message) === "response" && isRpcId(message.id)) this.#asking.delete(message.id);
    settle((await this.#post(message, headers, this.#closed.signal)).body);
  }

  async *listen(headers: ProtocolHeaders, lastEventId: string | undefined, signal: AbortSignal): Messages {
    const body = await this.#get(headers, lastEventId, signal);
    try {
      yield* messagesOf(body, new SseParser(), () => Infinity);
    } catch (error) {
      throw this.#reasonOf(signal, error);
    } finally {
      body.destroy();
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#closed.abort(new TargetError("session-lost", "The session was closed."));
    if (this.#sessionId !== undefined) {
      const outgoing: Outgoing = { method: "DELETE", headers: this.#headers({}) };
      // The target may refuse (405) or be gone: the session is over for us either way.
      await exchange(this.#endpoint, outgoing, AbortSignal.timeout(goodbyeMs)).then(
        ({ body }) => settle(body),
        () => undefined,
      );
    }
    this.#onClosed();
  }

  #post(message: RpcMessage, headers: ProtocolHeaders, signal: AbortSignal): Promise<Incoming> {
    const own = { accept: "application/json, text/event-stream", "content-type": "application/json" };
    if (message.method === "initialize") this.#sessionId = undefined;
    const body = JSON.stringify(message);
    return this.#exchange({ method: "POST", headers: { ...this.#headers(headers), ...own }, body }, signal);
  }

  async #get(headers: ProtocolHeaders, lastEventId: string | undefined, signal: AbortSignal): Promise<Body> {
    const resume = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
    const own = { accept: "text/event-stream", ...resume };
    const incoming = await this.#exchange({ method: "GET", headers: { ...this.#headers(headers), ...own } }, signal);
    if (incoming.type === "text/event-stream") return incoming.body;
    incoming.body.destroy();
    throw new TargetError("protocol", `The target answered a stream's request with ${incoming.type}.`);
  }

  #exchange(outgoing: Outgoing, signal: AbortSignal): Promise<Incoming> {
    return exchange(this.#endpoint, outgoing, signal, this.#closed.signal);
  }

  #either(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.#closed.signal]);
  }

  #headers(headers: ProtocolHeaders): Record<string, string> {
    const protocol = protocolHeaders(headers);
    this.#protocolVersion = protocol["mcp-protocol-version"] ?? this.#protocolVersion;
    const version = this.#protocolVersion === undefined ? {} : { "mcp-protocol-version": this.#protocolVersion };
    const session = this.#sessionId === undefined ? {} : { "mcp-session-id": this.#sessionId };
    return { ...protocol, ...version, ...session };
  }

  #learn({ headers }: Incoming): void {
    const id = headers["mcp-session-id"];
    // 2025-11-25, "Session Management": visible ASCII only.
    if (typeof id === "string" && /^[\x21-\x7e]+$/.test(id)) this.#sessionId = id;
  }

  async #single(request: RpcMessage, body: Body, signal: AbortSignal): Promise<TargetMessage> {
    const text = await readText(body, this.#endpoint.timeoutMs).catch((error: unknown) => {
      body.destroy();
      throw this.#reasonOf(signal, exchangeFault(error));
    });
    const message = await parseLongMessage(text);
    if (isAnswerTo(request, message)) return { message };
    throw new TargetError("protocol", "The target answered another request than the one it was asked.");
  }

  async *#stream(
    request: RpcMessage,
    headers: ProtocolHeaders,
    body: Body,
    signal: AbortSignal,
    onStream: (sign: StreamSign) => void,
  ): Messages {
    const reopen = (lastEventId: string): Promise<Body> =>
      this.#get(headers, lastEventId, signal).catch((error: unknown) => {
        throw takenOn(error);
      });
    // While the target waits for the client's answer, its silence means nothing.
    const silenceMs = (): number =>
      request.method === "subscriptions/listen" || this.#asking.size > 0 ? Infinity : this.#endpoint.timeoutMs;
    try {
      // Streams of 2026-07-28 can't be resumed: there a broken answer is lost.
      const hearing = { silenceMs, onStream };
      const heard = answerOf(request, body, this.#era === "legacy" ? reopen : null, hearing, this.#either(signal));
      for await (const said of heard) {
        const { id } = said.message;
        if (kindOf(said.message) === "request" && isRpcId(id)) this.#asking.add(id);
        yield said;
      }
    } catch (error) {
      throw this.#reasonOf(signal, error);
    }
  }

  #reasonOf(signal: AbortSignal, error: unknown): unknown {
    if (signal.aborted) return signal.reason;
    return this.#closed.signal.aborted ? this.#closed.signal.reason : error;
  }
}

/** A target that has lost the session by the time its answer is taken up again had taken the request on all the same: its 404 doesn't say otherwise. */
function takenOn(error: unknown): unknown {
  if (!(error instanceof TargetError) || error.reason !== "session-lost") return error;
  return new TargetError("session-lost", error.message, { cause: error });
}
