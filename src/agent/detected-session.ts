import {
  TargetError,
  type ProtocolHeaders,
  type RpcMessage,
  type StreamSign,
  type TargetMessage,
  type TargetSession,
} from "../shared/target.ts";

/** By these a server that has HTTP+SSE alone may refuse a POST (2025-11-25, "Backwards Compatibility"). */
const olderStatuses: ReadonlySet<number | undefined> = new Set([400, 404, 405]);

/**
 * A legacy session over Streamable HTTP, or over HTTP+SSE where the target refuses `initialize` as servers of that transport do and then
 * opens such a stream. Where it doesn't, its refusal stands.
 */
export class DetectedSession implements TargetSession {
  #session: TargetSession;
  readonly #older: () => TargetSession;
  readonly #onClosed: () => void;

  constructor(streamable: TargetSession, older: () => TargetSession, onClosed: () => void) {
    this.#session = streamable;
    this.#older = older;
    this.#onClosed = onClosed;
  }

  request(
    message: RpcMessage,
    headers: ProtocolHeaders,
    signal: AbortSignal,
    onStream?: (sign: StreamSign) => void,
  ): AsyncIterable<TargetMessage> {
    if (message.method === "initialize") return this.#initialize(message, headers, signal, onStream);
    return this.#session.request(message, headers, signal, onStream);
  }

  notify(message: RpcMessage, headers: ProtocolHeaders): Promise<void> {
    return this.#session.notify(message, headers);
  }

  listen(headers: ProtocolHeaders, lastEventId: string | undefined, signal: AbortSignal): AsyncIterable<TargetMessage> {
    return this.#session.listen(headers, lastEventId, signal);
  }

  async close(): Promise<void> {
    await this.#session.close();
    this.#onClosed();
  }

  async *#initialize(
    message: RpcMessage,
    headers: ProtocolHeaders,
    signal: AbortSignal,
    onStream?: (sign: StreamSign) => void,
  ): AsyncGenerator<TargetMessage, void, undefined> {
    try {
      yield* this.#session.request(message, headers, signal, onStream);
    } catch (refusal) {
      // Who answers with a JSON-RPC error has understood the POST.
      if (!(refusal instanceof TargetError) || refusal.rpcError !== undefined) throw refusal;
      if (refusal.reason !== "http" || !olderStatuses.has(refusal.status)) throw refusal;
      yield* this.#initializeOlder(message, headers, signal, refusal);
    }
  }

  async *#initializeOlder(
    message: RpcMessage,
    headers: ProtocolHeaders,
    signal: AbortSignal,
    refusal: TargetError,
  ): AsyncGenerator<TargetMessage, void, undefined> {
    const older = this.#older();
    let heard = false;
    try {
      for await (const said of older.request(message, headers, signal)) {
        if (!heard) await this.#session.close();
        heard = true;
        this.#session = older;
        yield said;
      }
    } catch (error) {
      if (heard || !(error instanceof TargetError)) throw error;
      await older.close();
      throw isRefused(error) ? refusal : error;
    }
  }
}

/** Whether there is no such stream at all; what went wrong on one is said as it is. */
function isRefused({ reason, message }: TargetError): boolean {
  return reason === "http" || (reason === "protocol" && message.startsWith("The target answered a stream's request"));
}
