import { request as readByNode, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { Duplex, type Readable } from "node:stream";
import type { Dispatcher } from "undici";
import type { Exchange } from "../upstream/answer.ts";
import { PlainAnswers, restOf, untoldRestMs } from "./answer.ts";

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
  #restsUntilMs = 0;
  /** Where Node's parser reads the answer. */
  #toNode: Duplex | null = null;
  #error: Error | null = null;

  constructor(socket: Socket, owner: LineOwner) {
    this.#socket = socket;
    this.#owner = owner;
    socket
      .on("data", (chunk: Buffer) => this.#take(chunk))
      .on("error", (error) => (this.#error = error))
      .on("close", () => this.#closed());
  }

  isFresh(nowMs: number): boolean {
    return nowMs < this.#restsUntilMs && this.#socket.writable && !this.#socket.destroyed;
  }

  /** `bytes`: the whole request. `exchange` is told of all that becomes of it. */
  send(bytes: Buffer, exchange: Exchange): void {
    const use = new Use(exchange, this.#socket);
    exchange.onRequestStart(use);
    // It was given up before anything was sent.
    if (use.aborted) return this.#rest();
    use.isSent = true;
    this.#use = use;
    this.#left = null;
    this.#socket.write(bytes);
  }

  destroy(reason?: Error): void {
    this.#socket.destroy(reason);
  }

  #take(chunk: Buffer): void {
    const use = this.#use;
    if (this.#toNode !== null) {
      if (!this.#toNode.push(chunk)) this.#socket.pause();
    } else if (use === null) this.#socket.destroy();
    else if (this.#left !== null) this.#body(use, chunk, this.#left);
    else {
      const answer = this.#answers.read(chunk);
      if (answer === null) return this.#readByNode(use, chunk);
      this.#restMs = answer.restMs;
      use.exchange.onResponseStart(use, answer.status, answer.headers);
      this.#body(use, chunk.subarray(answer.bodyAt), answer.length);
    }
  }

  #body(use: Use, bytes: Buffer, left: number): void {
    this.#left = left - bytes.length;
    // Whatever comes behind an answer was not asked for.
    if (this.#left < 0) return void this.#socket.destroy(new Error("The answer is longer than it says."));
    if (bytes.length > 0) use.exchange.onResponseData(use, bytes);
    if (this.#left === 0) this.#over(use);
  }

  #over(use: Use): void {
    use.isOver = true;
    this.#use = null;
    this.#toNode = null;
    if (this.#restMs === 0) this.#socket.destroy();
    else this.#rest();
    use.exchange.onResponseEnd();
  }

  #rest(): void {
    this.#restsUntilMs = Date.now() + this.#restMs;
    if (this.#socket.isPaused()) this.#socket.resume();
    this.#owner.rests();
  }

  #closed(): void {
    this.#owner.ended();
    // An answer without a length may end with its connection: Node's parser tells.
    if (this.#toNode !== null) this.#toNode.push(null);
    else this.#use?.exchange.onResponseError(this.#use, this.#error ?? ended());
  }

  /** Gives the answer that begins so to Node's own parser, by a stand-in for a connection on which the request has gone already. */
  #readByNode(use: Use, first: Buffer): void {
    const socket = this.#socket;
    const standIn = new Duplex({ read: () => socket.resume(), write: (_chunk, _encoding, done) => done() });
    this.#toNode = standIn;
    const failed = (error: Error): void => {
      use.exchange.onResponseError(use, this.#error ?? error);
      socket.destroy();
    };
    readByNode({ method: "POST", createConnection: () => standIn })
      .on("response", (response) => this.#pass(use, response.on("error", failed)))
      .on("upgrade", () => failed(ended()))
      .on("error", failed)
      .end();
    standIn.push(first);
  }

  #pass(use: Use, response: IncomingMessage): void {
    const { exchange } = use;
    const { statusCode = 0 } = response;
    if (statusCode < 200 || statusCode > 599)
      return void response.destroy(new Error(`HTTP ${statusCode} is no answer.`));
    use.paces = response;
    this.#restMs = restOf(response.headers);
    response.on("data", (chunk: Buffer) => exchange.onResponseData(use, chunk)).on("end", () => this.#over(use));
    exchange.onResponseStart(use, statusCode, response.headers);
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
  readonly #socket: Socket;

  constructor(exchange: Exchange, socket: Socket) {
    this.exchange = exchange;
    this.paces = socket;
    this.#socket = socket;
  }

  abort(reason: Error): void {
    if (this.isOver || this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    if (this.isSent) this.#socket.destroy(reason);
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
