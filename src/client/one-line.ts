/** JSON on one line: in it a line's end is white space between two tokens, and nothing else. */
export function inOneLine(chunk: Buffer): Buffer {
  if (!chunk.includes(0x0a) && !chunk.includes(0x0d)) return chunk;
  return Buffer.from(chunk.map((byte) => (byte === 0x0a || byte === 0x0d ? 0x20 : byte)));
}
