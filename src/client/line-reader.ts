/** Whole lines out of chunks, as bytes and without their ends; a long line costs its length, however it comes. */
export class LineReader {
  readonly #mostBytes: number;
  #pieces: Buffer[] = [];
  #size = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** The lines that this chunk completes, or null once one is longer than may be. */
  push(chunk: Buffer): readonly Buffer[] | null {
    const lines: Buffer[] = [];
    let from = 0;
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
      if (!this.#keep(chunk.subarray(from, at))) return null;
      lines.push(this.#pieces.length === 1 ? (this.#pieces[0] ?? nothing) : Buffer.concat(this.#pieces));
      this.#pieces = [];
      this.#size = 0;
      from = at + 1;
    }
    return from === chunk.length || this.#keep(chunk.subarray(from)) ? lines : null;
  }

  #keep(piece: Buffer): boolean {
    this.#size += piece.length;
    this.#pieces.push(piece);
    return this.#size <= this.#mostBytes;
  }
}

const newline = 0x0a;
const nothing = Buffer.alloc(0);
