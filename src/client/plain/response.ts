import type { Socket } from "node:net";
import { Writable } from "node:stream";
import type { Outgoing } from "../caller.ts";
import { bodyless, headText } from "./head-text.ts";

/** An answer that goes out as it comes, on a connection that is read without Node's server: in chunks where its length isn't known (RFC 9112, section 7.1). */
export class PlainResponse extends Writable implements Outgoing {
  headersSent = false;
  readonly #socket: Socket;
  readonly #onWhole: () => void;
  readonly #leave = (): void => void this.destroy();
  #isChunked = false;
  /** How much of a body may come yet, in bytes; null where nothing was said of it. */
  #left: number | null = null;
  #head = "";

  /** `onWhole`: called once the last byte is with the socket. */
  constructor(socket: Socket, onWhole: () => void) {
    super();
    this.#socket = socket;
    this.#onWhole = onWhole;
    this.on("error", () => undefined);
    socket.once("close", this.#leave);
    if (socket.destroyed) this.destroy();
  }

  writeHead(status: number, headers: readonly string[]): this {
    const named = headers.findIndex((name, at) => at % 2 === 0 && name === "content-length");
    const isChunked = named < 0 && !bodyless.has(status);
    this.#head = headText(status, isChunked ? [...headers, "transfer-encoding", "chunked"] : headers);
    this.#isChunked = isChunked;
    if (!isChunked) this.#left = bodyless.has(status) ? 0 : Number(headers[named + 1]);
    this.headersSent = true;
    return this;
  }

  flushHeaders(): void {
    if (this.#head !== "") this.#socket.write(this.#takeHead(), "latin1");
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    // An empty chunk would be the last.
    if (chunk.length === 0) return done();
    if (this.#left !== null) {
      this.#left -= chunk.length;
      // What is behind an answer's end would be read as the next answer.
      if (!(this.#left >= 0)) return done(new RangeError("The answer is longer than it says."));
    }
    const socket = this.#socket;
    socket.cork();
    if (this.#head !== "") socket.write(this.#takeHead(), "latin1");
    if (this.#isChunked) socket.write(`${chunk.length.toString(16)}\r\n`, "latin1");
    const hasRoom = socket.write(chunk);
    if (this.#isChunked) socket.write("\r\n", "latin1");
    socket.uncork();
    if (hasRoom) done();
    else socket.once("drain", done);
  }

  override _final(done: (error?: Error | null) => void): void {
    if (!this.headersSent || (this.#left !== null && this.#left !== 0))
      return done(new RangeError("The answer is shorter than it says."));
    const last = this.#isChunked ? "0\r\n\r\n" : "";
    const rest = this.#takeHead() + last;
    if (rest !== "") this.#socket.write(rest, "latin1");
    this.#socket.off("close", this.#leave);
    this.#onWhole();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    // Half of an answer leaves nothing to go on with.
    if (!this.writableFinished) this.#socket.destroy();
    done(error);
  }

  #takeHead(): string {
    const head = this.#head;
    this.#head = "";
    return head;
  }
}
