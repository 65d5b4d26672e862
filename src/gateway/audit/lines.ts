import { createReadStream } from "node:fs";

/** No line of a ledger is longer: the largest recorded body, escaped, is far below. Bytes. */
const longestLine = 384 * 1024 * 1024;

/**
 * The lines of a file, split at newline bytes only: JSON text may hold U+2028, at which Node's readline splits too.
 * An overlong line is given as null, and ends the lines.
 */
export async function* linesOf(path: string): AsyncGenerator<string | null> {
  let pieces: Buffer[] = [];
  let length = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
      pieces.push(chunk.subarray(from, end));
      yield Buffer.concat(pieces).toString("utf8");
      [pieces, length, from] = [[], 0, end + 1];
    }
    pieces.push(chunk.subarray(from));
    length += chunk.length - from;
    if (length > longestLine) {
      yield null;
      return;
    }
  }
  if (length > 0) yield Buffer.concat(pieces).toString("utf8");
}
