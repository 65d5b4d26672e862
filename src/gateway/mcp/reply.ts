import type { ServerResponse } from "node:http";
import { jsonPieces, longText, outweighs } from "../../shared/json-pieces.ts";
import type { RpcMessage, TargetMessage } from "../../shared/target.ts";
import { jsonHeaders, sendJson } from "../send-json.ts";
import { sendPart, sendParts } from "./send-parts.ts";
import type { StreamLog, StreamLogs } from "./stream-log.ts";

/** How a client can take an answer's stream up again. */
export interface Resumable {
  readonly logs: StreamLogs;
  /** Since 2025-11-25 a stream begins with an event that only hands out an id; older clients would stumble over it. */
  readonly primed: boolean;
}

/** The weight up to which a response that nothing came before is a JSON body: less than the 256 KiB that a tunnel holds until it has them all. */
const mostAsBody = 32_768;

/** One reason for all: a DOMException with its stack for each answer costs more than most else of it. */
const callerGone = new Error("The caller has gone, or has its answer.");

/**
 * The answer to one POST: a JSON body where the response is all there is to say, an event stream as soon as
 * something comes before it (Streamable HTTP). A resumable stream goes on after its client has left.
 */
export class Reply {
  readonly #response: ServerResponse;
  readonly #sessionId: string | undefined;
  readonly #resumable: Resumable | null;
  readonly #gone = new AbortController();
  #streaming = false;
  /** The response itself has been written here. */
  #said = false;
  #log: StreamLog | null = null;
  #isJoined = (): boolean => false;

  constructor(response: ServerResponse, sessionId: string | undefined, resumable: Resumable | null = null) {
    this.#response = response;
    this.#sessionId = sessionId;
    this.#resumable = resumable;
    response.once("close", () => this.#gone.abort(callerGone));
  }

  /** Aborts when the caller has gone, or the answer is complete. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Whether what is said now still gets to the client, at once or when it takes the stream up again. */
  get reaches(): boolean {
    return !this.gone.aborted || this.#log?.dropped === false;
  }

  /** Whether somebody hears the answer now: its caller, one who took the stream up again, or whoever joined the call. */
  get isHeard(): boolean {
    return !this.gone.aborted || this.#log?.isRead === true || this.#isJoined();
  }

  /** Others may wait for the same answer. */
  share(isJoined: () => boolean): void {
    this.#isJoined = isJoined;
  }

  /** Opens the stream, so that proxies and the client see an answer begin. `retryMs`: when to come back after a break. */
  open(retryMs?: number): void {
    if (!this.#begin()) return;
    this.#response.flushHeaders();
    this.#log = this.#resumable?.logs.open() ?? null;
    if (this.#log !== null && this.#resumable?.primed === true) this.#response.write(this.#log.prime(retryMs));
  }

  /** Whether it was this that began the stream. */
  #begin(): boolean {
    if (this.#streaming || this.gone.aborted) return false;
    this.#streaming = true;
    this.#response.writeHead(200, {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
      ...this.#session(),
    });
    return true;
  }

  /** Closes the connection but not the stream: its client comes back for the rest, as the target wants it. */
  pause(): void {
    if (this.#log !== null && this.#resumable?.primed === true) this.#response.end();
  }

  /** A sign of life that no client reads as a message. */
  comment(): void {
    this.open();
    if (!this.#closed && !this.#said) this.#response.write(": waiting\n\n");
  }

  /** A message before the response; resolves when the client can take more. */
  async message(said: TargetMessage): Promise<void> {
    this.open();
    if (outweighs(said.message, longText)) return await this.#long(said);
    const text = this.#event(said);
    if (!this.#closed) await sendPart(this.#response, text);
  }

  /**
   * The response, last. `status` and `headers` count only where no stream was opened. A long one is an event, so that whoever stands between can
   * still say that it broke off: half a JSON body can only be cut.
   */
  end(said: TargetMessage, status = 200, headers: Readonly<Record<string, string>> = {}): void {
    this.#said = !this.#closed;
    const isLarge = outweighs(said.message, mostAsBody);
    if (isLarge && status === 200) this.#begin();
    if (isLarge && outweighs(said.message, longText)) {
      // A fault of ours amidst it: its reader sees an answer that broke off.
      this.#endLong(said, status, headers).catch(() => this.#response.destroy());
      return;
    }
    if (this.#streaming) {
      const text = this.#event(said);
      this.#log?.end();
      if (!this.#closed) this.#response.end(text);
    } else if (!this.gone.aborted) sendJson(this.#response, status, said.message, { ...headers, ...this.#session() });
  }

  /** The same of one that would hold up everybody else: it goes out in parts, and the answer is whole once its response is. */
  async #endLong(said: TargetMessage, status: number, headers: Readonly<Record<string, string>>): Promise<void> {
    if (!this.#streaming && !this.gone.aborted)
      this.#response.writeHead(status, { ...jsonHeaders, ...headers, ...this.#session() });
    await this.#long(said);
    this.#log?.end();
    if (!this.#closed) this.#response.end();
  }

  /** One long message, as an event where a stream was begun. It is not kept, and its stream not from here on. */
  async #long({ message, eventId }: TargetMessage): Promise<void> {
    const id = this.#log === null ? this.#targetsId(eventId) : this.#log.passOver();
    if (this.#log !== null) this.#resumable?.logs.trim();
    if (this.#closed) return;
    if (this.#streaming) this.#response.write(`${id === undefined ? "" : `id: ${id}\n`}data: `);
    await sendParts(this.#response, jsonPieces(message, "own"));
    if (this.#streaming && !this.#closed) this.#response.write("\n\n");
  }

  /**
   * A fault of ours, told to who waits at a begun stream, or `alone`; resolves once it is handed over. Otherwise, where no stream was begun, an
   * HTTP status says it.
   */
  async fault(said: RpcMessage, alone: boolean): Promise<void> {
    if (this.#said || (!this.#streaming && !alone)) return;
    this.end({ message: said });
    await this.delivered();
  }

  /** Nothing more is said, whether there was a response or not: who took the stream up again need not wait. */
  close(): void {
    this.#log?.end();
  }

  get #closed(): boolean {
    return this.gone.aborted || this.#response.writableEnded;
  }

  /** The target's own event ids go on only where streams are not ours to resume. */
  #targetsId(eventId: string | undefined): string | undefined {
    return this.#resumable === null ? eventId : undefined;
  }

  #event({ message, eventId }: TargetMessage): string {
    const id = this.#targetsId(eventId);
    if (this.#log === null) return `${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify(message)}\n\n`;
    const text = this.#log.push(message);
    this.#resumable?.logs.trim();
    return text;
  }

  /** Ends a begun stream without a response, for a client that has cancelled and reads it no more. */
  abandon(): void {
    this.open();
    this.#log?.end();
    if (!this.#closed) this.#response.end();
  }

  /** Whether the whole answer has been handed to the caller's socket; resolves once it has, or never will be. */
  delivered(): Promise<boolean> {
    if (!this.#said || (this.gone.aborted && !this.#response.writableFinished)) return Promise.resolve(false);
    if (this.#response.writableFinished) return Promise.resolve(true);
    return new Promise((resolve) => {
      this.#response.once("finish", () => resolve(true)).once("close", () => resolve(false));
    });
  }

  #session(): Record<string, string> {
    return this.#sessionId === undefined ? {} : { "mcp-session-id": this.#sessionId };
  }
}
