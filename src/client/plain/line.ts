import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import type { Exchange } from "../upstream/answer.ts";
import { PlainAnswers, untoldRestMs } from "./answer.ts";
import { AnyAnswer } from "./any-answer.ts";

/** What becomes of a connection. */
export interface LineOwner {
  /** It can be used again. */
  rests(): void;
  ended(): void;
}

/** One connection to the gateway, for one post at a time. */
export class PlainLine {
  readonly #socket: Socket;
  readonly #owner: LineOwner;
  readonly #answers = new PlainAnswers();
  #use: Use | null = null;
  /** Bytes of the body that are to come; null before its head. */
  #left: number | null = null;
  #restMs = untoldRestMs;
  #restsFromMs = Date.now();
  /** What reads an answer that is no plain one. */
  #any: AnyAnswer | null = null;
  #error: Error | null = null;

  constructor(socket: Socket, owner: LineOwner) {
    this.#socket = socket;
    this.#owner = owner;
    socket
      .on("data", (chunk: Buffer) => this.#take(chunk))
      .on("error", (error) => (this.#error = error))
      .on("close", () => this.#closed());
  }

  /** A clock that was set back says nothing of how long it has rested. */
  isFresh(nowMs: number): boolean {
    const restedMs = nowMs - this.#restsFromMs;
    return restedMs >= 0 && restedMs < this.#restMs && this.#socket.writable && !this.#socket.destroyed;
  }

  /** `bytes`: the whole request. `exchange` is told of all that becomes of it. */
  send(bytes: Buffer, exchange: Exchange): void {
    const use = new Use(exchange, this, this.#socket);
    exchange.onRequestStart(use);
    // It was given up before anything was sent: the connection rests as long as it would have.
    if (use.aborted) return this.#owner.rests();
    use.isSent = true;
    this.#use = use;
    this.#left = null;
    this.#socket.write(bytes);
  }

  /** What is under way on it hears of it at once, and nothing more afterwards. */
  destroy(reason: Error): void {
    if (this.#use !== null) this.#fail(this.#use, reason);
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    const use = this.#use;
    if (use === null) this.#socket.destroy();
    else if (this.#any !== null) this.#more(this.#any, chunk);
    else if (this.#left !== null) this.#body(use, chunk, this.#left);
    else {
      const answer = this.#answers.read(chunk);
      if (answer === null) return this.#more((this.#any = this.#anyAnswer(use)), chunk);
      this.#restMs = answer.restMs;
      use.exchange.onResponseStart(use, answer.status, answer.headers);
      this.#body(use, chunk.subarray(answer.bodyAt), answer.length);
    }
  }

  #body(use: Use, bytes: Buffer, left: number): void {
    const own = bytes.length > left ? bytes.subarray(0, left) : bytes;
    this.#left = left - own.length;
    // Whatever comes behind an answer was not asked for.
    if (own !== bytes) this.#restMs = 0;
    if (own.length > 0) use.exchange.onResponseData(use, own);
    if (this.#left === 0 && !use.isOver) this.#over(use, this.#restMs);
  }

  #over(use: Use, restMs: number): void {
    use.isOver = true;
    this.#use = null;
    this.#any = null;
    this.#restMs = restMs;
    // An answer that came before all of its request was sent leaves the rest of that in the next one's way.
    if (restMs === 0 || this.#socket.writableLength > 0) this.#socket.destroy();
    else if (!this.#socket.destroyed) this.#rest();
    use.exchange.onResponseEnd();
  }

  #rest(): void {
    this.#restsFromMs = Date.now();
    if (this.#socket.isPaused()) this.#socket.resume();
    this.#owner.rests();
  }

  #fail(use: Use, error: Error): void {
    use.isOver = true;
    this.#use = null;
    this.#any?.drop();
    this.#any = null;
    use.exchange.onResponseError(use, error);
  }

  #closed(): void {
    this.#owner.ended();
    const use = this.#use;
    if (use === null) return;
    if (this.#any === null) this.#fail(use, this.#error ?? ended());
    // An answer without a length may end with its connection.
    else if (this.#error === null) this.#any.end();
    else this.#any.broken(this.#error);
  }

  #more(any: AnyAnswer, chunk: Buffer): void {
    if (!any.push(chunk)) this.#socket.pause();
  }

  #anyAnswer(use: Use): AnyAnswer {
    const { exchange } = use;
    return new AnyAnswer({
      room: () => void this.#socket.resume(),
      began(status, headers, body) {
        use.paces = body;
        exchange.onResponseStart(use, status, headers);
      },
      data: (chunk) => exchange.onResponseData(use, chunk),
      over: (restMs) => this.#over(use, restMs),
      failed: (error) => {
        this.#fail(use, this.#error ?? error);
        this.#socket.destroy();
      },
    });
  }
}

/** One call's hold on the connection. */
class Use implements Dispatcher.DispatchController {
  readonly exchange: Exchange;
  aborted = false;
  paused = false;
  reason: Error | null = null;
  isSent = false;
  isOver = false;
  /** What is stopped where its reader takes no more. */
  paces: Readable;
  readonly #line: PlainLine;

  constructor(exchange: Exchange, line: PlainLine, socket: Socket) {
    this.exchange = exchange;
    this.paces = socket;
    this.#line = line;
  }

  abort(reason: Error): void {
    if (this.isOver || this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    if (this.isSent) this.#line.destroy(reason);
  }

  pause(): void {
    if (this.isOver) return;
    this.paused = true;
    this.paces.pause();
  }

  resume(): void {
    if (!this.paused || this.isOver) return;
    this.paused = false;
    this.paces.resume();
  }
}

function ended(): Error {
  return Object.assign(new Error("The gateway ended the connection."), { code: "ECONNRESET" });
}
