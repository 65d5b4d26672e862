import { Pieces } from "../shared/pieces.ts";
import { TargetError } from "../shared/target.ts";

/** The longest line that is taken, in bytes. */
const maxLineBytes = 64 * 1024 * 1024;

/** Cuts a byte stream into lines (MCP stdio: one JSON value a line). Throws TargetError `protocol` for a line above the limit. */
export class LineSplitter {
  readonly #maxBytes: number;
  readonly #pieces = new Pieces();

  constructor(maxBytes: number = maxLineBytes) {
    this.#maxBytes = maxBytes;
  }

  /** The lines that these bytes complete, without their ends; empty ones are left out. */
  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      this.#keep(chunk.subarray(start, end));
      const line = Buffer.concat(this.#pieces.take()).toString("utf8").trim();
      if (line !== "") lines.push(line);
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return lines;
  }

  #keep(piece: Buffer): void {
    if (this.#pieces.length + piece.length > this.#maxBytes) {
      throw new TargetError("protocol", `The target sent a line of more than ${this.#maxBytes} bytes.`);
    }
    if (piece.length > 0) this.#pieces.push(piece);
  }
}
