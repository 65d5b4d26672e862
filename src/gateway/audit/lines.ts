import { createReadStream } from "node:fs";

/** No line of a ledger is longer: the largest recorded body, escaped, is far below. Bytes. */
const longestLine = 384 * 1024 * 1024;

/**
 * The lines of a file, some at a time, split at newline bytes only: JSON text may hold U+2028, at which Node's readline splits too.
 * An overlong line is given as null, and ends the lines. A line is good until the next ones are asked for.
 */
export async function* linesOf(path: string): AsyncGenerator<readonly (Buffer | null)[]> {
  let pieces: Buffer[] = [];
  let length = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    const lines: Buffer[] = [];
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
      const line = chunk.subarray(from, end);
      lines.push(pieces.length === 0 ? line : Buffer.concat([...pieces, line]));
      [pieces, length, from] = [[], 0, end + 1];
    }
    if (lines.length > 0) yield lines;
    pieces.push(chunk.subarray(from));
    length += chunk.length - from;
    if (length > longestLine) {
      yield [null];
      return;
    }
  }
  if (length > 0) yield [Buffer.concat(pieces)];
}
