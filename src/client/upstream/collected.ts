import { Writable } from "node:stream";

/** Takes a body whole, up to a size; one that is longer ends it. */
export class Collected extends Writable {
  overflowed = false;
  readonly #mostBytes: number;
  readonly #chunks: Buffer[] = [];
  #size = 0;

  constructor(mostBytes: number) {
    super();
    this.#mostBytes = mostBytes;
    // Its end is told by what feeds it.
    this.on("error", () => undefined);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#size += chunk.length;
    if (this.#size > this.#mostBytes) {
      this.overflowed = true;
      this.destroy();
    } else this.#chunks.push(chunk);
    done();
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }
}
