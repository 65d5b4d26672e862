import { Writable } from "node:stream";
import { callbackify } from "node:util";

/** Where a body goes. */
export interface BodyTaker {
  /** All of one that is short. */
  whole(body: Buffer): void;
  /** Of one that is long, part by part; resolves once there is room for more. */
  part(bytes: Buffer): Promise<void>;
}

/** Takes a body, and hands it on once it is whole; one that proves longer than so many bytes, as it comes. */
export class HeldBack extends Writable {
  readonly #mostBytes: number;
  readonly #taker: BodyTaker;
  #held: Buffer[] = [];
  #size = 0;

  constructor(mostBytes: number, taker: BodyTaker) {
    super();
    this.#mostBytes = mostBytes;
    this.#taker = taker;
    // Its end is told by what feeds it.
    this.on("error", () => undefined);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    callbackify(async () => await this.#take(chunk))(done);
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.#size <= this.#mostBytes) this.#taker.whole(Buffer.concat(this.#held));
    done();
  }

  async #take(chunk: Buffer): Promise<void> {
    this.#size += chunk.length;
    this.#held.push(chunk);
    if (this.#size <= this.#mostBytes) return;
    for (const part of this.#held.splice(0)) await this.#taker.part(part);
  }
}
