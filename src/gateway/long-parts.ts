import type { Sliced } from "../shared/slices.ts";
import { inTurns } from "./in-turns.ts";

/** As many characters become one buffer. */
const together = 65_536;

/**
 * A long text's bytes, in parts of about so many; null behind the last. Each part is made in slices: few and large parts, since each costs whoever
 * takes it a turn, which on a loaded machine is long.
 */
export function partsOf(pieces: Iterable<string>, partBytes: number): () => Promise<readonly Buffer[] | null> {
  const rest = pieces[Symbol.iterator]();
  return async () => {
    const part = await inTurns(next(rest, partBytes));
    return part.length === 0 ? null : part;
  };
}

function* next(rest: Iterator<string>, partBytes: number): Sliced<readonly Buffer[]> {
  const part: Buffer[] = [];
  let text = "";
  for (let bytes = 0; bytes < partBytes;) {
    const piece = rest.next();
    if (piece.done !== true) text += piece.value;
    if (text.length >= together || (piece.done === true && text !== "")) {
      const buffer = Buffer.from(text);
      part.push(buffer);
      bytes += buffer.length;
      text = "";
    }
    if (piece.done === true) break;
    yield;
  }
  if (text !== "") part.push(Buffer.from(text));
  return part;
}
