import { longText } from "../shared/json-pieces.ts";
import { isRpcId, kindOf, paramsOf } from "../shared/message.ts";
import {
  TargetError,
  type ProtocolHeaders,
  type RpcId,
  type RpcMessage,
  type TargetMessage,
  type TargetSession,
} from "../shared/target.ts";
import { Conversation, type Begun } from "./conversation.ts";
import { exchange, settle, type Endpoint } from "./http-exchange.ts";
import { protocolHeaders } from "./http-headers.ts";
import { parseLongMessage, parseMessage } from "./message-text.ts";
import { bearWhile } from "./silence.ts";
import { openSse, type SseStream } from "./sse-stream.ts";

type Messages = AsyncGenerator<TargetMessage, void, undefined>;

/** Requests of the target's without an answer. Those that nobody takes are never answered, and must not gather. */
const mostAsking = 1000;

/** One conversation over HTTP+SSE (2024-11-05): one stream that says all, opened by the first message; lost with it. */
export class SseSession implements TargetSession {
  readonly #endpoint: Endpoint;
  readonly #onClosed: () => void;
  readonly #closed = new AbortController();
  readonly #conversation = new Conversation(() => undefined);
  /** The target's own requests that have no answer yet. */
  readonly #asking = new Set<RpcId>();
  #heardMs = 0;
  #opening: Promise<SseStream> | undefined;
  #lost = false;

  constructor(endpoint: Endpoint, onClosed: () => void) {
    this.#endpoint = endpoint;
    this.#onClosed = onClosed;
  }

  async *request(message: RpcMessage, headers: ProtocolHeaders, signal: AbortSignal): Messages {
    if (!isRpcId(message.id)) throw new TargetError("protocol", "A request needs an id.");
    const { postTo } = await this.#open(headers);
    signal.throwIfAborted();
    const begun = this.#conversation.begin(message, message.id);
    const leave = (): void => begun.stream.abandon(signal.reason);
    signal.addEventListener("abort", leave, { once: true });
    try {
      // Not waited for: some servers answer the POST only when the call has ended.
      this.#post(postTo, begun.message, headers).catch((error: unknown) => this.#refused(error, begun));
      yield* this.#patient(begun);
    } finally {
      signal.removeEventListener("abort", leave);
      this.#conversation.leave(begun);
    }
  }

  async notify(message: RpcMessage, headers: ProtocolHeaders): Promise<void> {
    // While the target waited for the client's answer, its silence meant nothing.
    if (kindOf(message) === "response" && isRpcId(message.id) && this.#asking.delete(message.id))
      this.#heardMs = performance.now();
    const outgoing = this.#conversation.outgoing(message);
    if (outgoing === null) return;
    const { postTo } = await this.#open(headers);
    await this.#post(postTo, outgoing, headers).catch((error: unknown) => {
      this.#refused(error);
      throw error;
    });
  }

  async *listen(headers: ProtocolHeaders, _lastEventId: string | undefined, signal: AbortSignal): Messages {
    await this.#open(headers);
    signal.throwIfAborted();
    yield* this.#conversation.listen(signal);
  }

  async close(): Promise<void> {
    this.#lose(new TargetError("session-lost", "The session was closed."));
    this.#onClosed();
  }

  async #open(headers: ProtocolHeaders): Promise<SseStream> {
    if (this.#lost) throw lost();
    this.#opening ??= openSse(this.#endpoint, protocolHeaders(headers), this.#closed.signal, () => {
      this.#heardMs = performance.now();
    }).then((stream) => {
      void this.#pump(stream);
      return stream;
    });
    return await this.#opening;
  }

  /** Hands out what the target says, until its stream is lost, and the session with it. */
  async #pump({ events }: SseStream): Promise<void> {
    try {
      for await (const { event, data } of events) {
        if (event !== "message") continue;
        const message = data.length < longText ? parseMessage(data) : await parseLongMessage(data);
        this.#noteAsking(message);
        this.#conversation.take(message, data.length);
      }
    } catch (error) {
      const cause = error instanceof TargetError ? error : undefined;
      // Whether what was under way took effect is unknown: nothing on this stream will say it.
      const message = cause?.message ?? "The target's stream was lost.";
      this.#lose(new TargetError(cause?.reason === "protocol" ? "protocol" : "crashed", message, { cause: error }));
    }
  }

  #noteAsking(message: RpcMessage): void {
    if (kindOf(message) === "request" && isRpcId(message.id)) this.#asking.add(message.id);
    if (this.#asking.size > mostAsking)
      throw new TargetError("protocol", "The target asks more than anybody could answer.");
    const { requestId } = message.method === "notifications/cancelled" ? paramsOf(message) : {};
    if (isRpcId(requestId)) this.#asking.delete(requestId);
  }

  async #post(postTo: URL, message: RpcMessage, headers: ProtocolHeaders): Promise<void> {
    const own = { "content-type": "application/json", accept: "application/json, text/event-stream" };
    const outgoing = {
      method: "POST",
      headers: { ...protocolHeaders(headers), ...own },
      body: JSON.stringify(message),
    } as const;
    try {
      settle((await exchange({ ...this.#endpoint, url: postTo }, outgoing, this.#closed.signal)).body);
    } catch (error) {
      if (!(error instanceof TargetError) || error.reason !== "http" || error.status !== 404) throw error;
      // The session is what the endpoint's address names: it is there no more.
      throw lost();
    }
  }

  /** A message that was not taken on. Where that is for the session's end, whatever else is under way has an unknown outcome. */
  #refused(error: unknown, begun?: Begun): void {
    begun?.stream.fail(error);
    if (error instanceof TargetError && error.reason === "session-lost")
      this.#lose(new TargetError("crashed", "The target has ended the session."));
  }

  #lose(why: TargetError): void {
    this.#lost = true;
    this.#conversation.fail(why);
    this.#closed.abort(why);
  }

  /** The messages of one answer. Throws TargetError `timeout` where nothing at all was heard for too long, unless the target waits itself. */
  async *#patient({ stream }: Begun): Messages {
    const messages = stream.read();
    const begunMs = performance.now();
    const { timeoutMs } = this.#endpoint;
    const leftMs = (): number =>
      this.#asking.size > 0 ? timeoutMs : timeoutMs - (performance.now() - Math.max(begunMs, this.#heardMs));
    for (;;) {
      const step = await bearWhile(messages.next(), leftMs, timeoutMs);
      if (step.done === true) return;
      yield step.value;
    }
  }
}

/** Nothing was sent: the client may begin anew. */
function lost(): TargetError {
  return new TargetError("session-lost", "The target's stream of this session was lost.", { status: 404 });
}
