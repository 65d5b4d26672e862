import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Json } from "../../shared/json.ts";
import type { RpcId, RpcMessage, TargetMessage } from "../../shared/target.ts";

/** A JSON-RPC error as it goes to a client. */
export interface RpcFailure {
  readonly code: number;
  readonly message: string;
  readonly data?: Json;
}

export function methodNotFound(message: string): RpcFailure {
  return { code: -32601, message };
}

export function errorMessage(id: RpcId | null, failure: RpcFailure): RpcMessage {
  return { jsonrpc: "2.0", id, error: { ...failure } };
}

/**
 * The answer to one POST: a JSON body where the response is all there is to say, an event stream as soon as
 * something comes before it (Streamable HTTP).
 */
export class Reply {
  readonly #response: ServerResponse;
  readonly #sessionId: string | undefined;
  readonly #gone = new AbortController();
  #streaming = false;

  constructor(response: ServerResponse, sessionId: string | undefined) {
    this.#response = response;
    this.#sessionId = sessionId;
    response.once("close", () => this.#gone.abort());
  }

  /** Aborts when the caller has gone, or the answer is complete. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Opens the stream, so that proxies and the client see an answer begin. */
  open(): void {
    if (this.#streaming || this.gone.aborted) return;
    this.#streaming = true;
    this.#response.writeHead(200, {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
      ...this.#session(),
    });
    this.#response.flushHeaders();
  }

  /** A sign of life that no client reads as a message. */
  comment(): void {
    this.open();
    if (!this.gone.aborted) this.#response.write(": waiting\n\n");
  }

  /** A message before the response; resolves when the client can take more. */
  async message({ message, eventId }: TargetMessage): Promise<void> {
    this.open();
    if (this.gone.aborted) return;
    if (this.#response.write(event(message, eventId))) return;
    await once(this.#response, "drain", { signal: this.gone }).catch(() => undefined);
  }

  /** The response, last. `status` counts only where no stream was opened. */
  end({ message, eventId }: TargetMessage, status = 200): void {
    if (this.gone.aborted) return;
    if (this.#streaming) {
      this.#response.end(event(message, eventId));
      return;
    }
    sendJson(this.#response, status, message, this.#session());
  }

  #session(): Record<string, string> {
    return this.#sessionId === undefined ? {} : { "mcp-session-id": this.#sessionId };
  }
}

/** Sends one JSON value as the whole answer. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = JSON.stringify(value);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    ...headers,
  });
  response.end(body);
}

function event(message: RpcMessage, eventId: string | undefined): string {
  const id = eventId === undefined ? "" : `id: ${eventId}\n`;
  return `${id}data: ${JSON.stringify(message)}\n\n`;
}
