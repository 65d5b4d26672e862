import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Caller, Outgoing } from "../caller.ts";
import { PlainCaller, type Answering } from "./caller.ts";
import { restingS } from "./head-text.ts";
import { PlainRequests, type PlainRequest } from "./request.ts";
import { PlainResponse } from "./response.ts";
import { wholeAnswer } from "./whole-answer.ts";
import type { Answer } from "../upstream/answer.ts";

/** What is told of a plain request that was taken. */
export interface PlainCall {
  /** Called once: its answer is complete, or its client has gone before that. */
  readonly over: (isAnswered: boolean) => void;
}

/** Whether a plain request is let in, and if so what begins with it; null leaves it to Node's server, which refuses it. */
export type TakePlain = (request: PlainRequest, caller: Caller) => PlainCall | null;

/**
 * Reads plain requests itself, which costs a third of what Node's server does, and gives a connection to Node's server for good with the
 * first byte of anything else: other methods and framing, parts of a head, a request that comes before the last is answered, what is refused.
 * `taking` is asked once for each connection. Returns the way to end what is open.
 */
export function servePlainly(server: Server, taking: () => TakePlain): () => void {
  const open = new Set<PlainConnection>();
  const [serve] = server.listeners("connection");
  if (serve === undefined) throw new Error("This server serves no connections.");
  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => {
    const connection = new PlainConnection(socket, taking(), (isServed) => {
      open.delete(connection);
      if (isServed) serve.call(server, socket);
    });
    open.add(connection);
  });
  const sweep = setInterval(() => open.forEach((connection) => connection.sweep()), (restingS * 1000) / 2).unref();
  return () => {
    clearInterval(sweep);
    for (const connection of open) connection.destroy();
  };
}

/** In bytes, of which each piece counts as so many more than it brings. */
const mostBehind = 256 * 1024;
const pieceBytes = 256;
/** In how many parts a request may come: most clients that part it send its head first, then its body. */
const mostParts = 8;

class PlainConnection implements Answering {
  readonly #socket: Socket;
  readonly #take: TakePlain;
  readonly #onLeave: (isServed: boolean) => void;
  readonly #requests = new PlainRequests();
  #call: PlainCall | null = null;
  #isBusy = false;
  /** What has come of a request whose body is not whole, and how many bytes are to come. */
  #parts: Buffer[] = [];
  #missing = 0;
  /** What came while a request was under way. */
  #behind: Buffer[] = [];
  #behindBytes = 0;
  #sweeps = 0;

  /** `onLeave`: it has closed, or is Node's server's from now on. */
  constructor(socket: Socket, take: TakePlain, onLeave: (isServed: boolean) => void) {
    this.#socket = socket;
    this.#take = take;
    this.#onLeave = onLeave;
    socket.on("data", this.#onData).on("end", this.#onEnd).on("error", this.#onError).on("close", this.#onClose);
  }

  answer(answer: Pick<Answer, "status" | "headers">, body: Buffer): void {
    this.#socket.write(wholeAnswer(answer, body));
    this.#over();
  }

  response(): Outgoing {
    return new PlainResponse(this.#socket, () => this.#over());
  }

  /** Ends a connection that has rested between three calls of this: its client has all that was answered. */
  sweep(): void {
    if (this.#isBusy || this.#socket.writableLength > 0) return;
    // Node's server has times for one that stays away.
    if (this.#parts.length > 0) return this.#leaveToNode(this.#parts);
    this.#sweeps += 1;
    if (this.#sweeps > 2) this.#socket.destroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** The answer is with the socket. */
  #over(): void {
    const call = this.#call;
    this.#call = null;
    this.#isBusy = false;
    this.#sweeps = 0;
    call?.over(true);
    // A connection that has closed is of no use to Node's server, which would wait for its end.
    if (this.#behind.length > 0 && !this.#socket.destroyed) this.#leaveToNode(this.#behind);
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#isBusy) {
      this.#behind.push(chunk);
      this.#behindBytes += chunk.length + pieceBytes;
      // A connection that isn't read doesn't tell that its client has gone, and an approved call runs only while that waits.
      if (this.#behindBytes > mostBehind) this.#socket.destroy();
      return;
    }
    if (this.#parts.length === 0) return this.#read(chunk);
    this.#parts.push(chunk);
    this.#missing -= chunk.length;
    if (this.#missing <= 0) this.#read(Buffer.concat(this.#parts.splice(0)));
    else if (this.#parts.length === mostParts) this.#leaveToNode(this.#parts);
  };

  #read(bytes: Buffer): void {
    // Who asks on without taking the answers is held back by Node's server.
    const request = this.#socket.writableNeedDrain ? null : this.#requests.read(bytes);
    if (request === null) return this.#leaveToNode([bytes]);
    if (typeof request === "number") {
      this.#parts.push(bytes);
      this.#missing = request - bytes.length;
      return;
    }
    this.#isBusy = true;
    const call = this.#take(request, new PlainCaller(this, request));
    if (call === null) this.#leaveToNode([bytes]);
    else this.#call = call;
  }

  /** A client that says no more waits for no answer either, but may still be taking the last one. */
  readonly #onEnd = (): void => {
    if (this.#isBusy) this.#socket.destroy();
    else this.#socket.end();
  };

  readonly #onError = (): void => {
    this.#socket.destroy();
  };

  readonly #onClose = (): void => {
    this.#onLeave(false);
    this.#call?.over(false);
    this.#call = null;
  };

  #leaveToNode(bytes: readonly Buffer[]): void {
    const socket = this.#socket;
    socket.off("data", this.#onData).off("end", this.#onEnd).off("error", this.#onError).off("close", this.#onClose);
    socket.pause();
    socket.unshift(Buffer.concat(bytes));
    this.#onLeave(true);
    socket.resume();
  }
}
