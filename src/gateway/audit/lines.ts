import { open } from "node:fs/promises";

/** No line of a ledger is longer: the largest recorded body, escaped, is far below. Bytes. */
const longestLine = 384 * 1024 * 1024;
/** So much is read at once, and more only for a line that is longer. Bytes. */
const readAtOnce = 256 * 1024;

/**
 * The lines of a file, some at a time, split at newline bytes only: JSON text may hold U+2028, at which Node's readline splits too.
 * An overlong line is given as null, and ends the lines. A line is good until the next ones are asked for: all stand in the same memory,
 * so that a long file costs no more than a short one.
 */
export async function* linesOf(path: string): AsyncGenerator<readonly (Buffer | null)[]> {
  const file = await open(path);
  try {
    let memory = Buffer.allocUnsafeSlow(readAtOnce);
    // What is left of a line whose end was not read yet.
    let left = 0;
    for (;;) {
      if (left === memory.length) memory = longer(memory);
      const { bytesRead } = await file.read(memory, left, memory.length - left, null);
      if (bytesRead === 0) break;
      const end = left + bytesRead;
      const lines = linesIn(memory.subarray(0, end), left);
      if (lines.length > 0) yield lines;
      const used = lines.reduce((sum, line) => sum + line.length + 1, 0);
      memory.copyWithin(0, used, end);
      left = end - used;
      if (left > longestLine) {
        yield [null];
        return;
      }
    }
    if (left > 0) yield [memory.subarray(0, left)];
  } finally {
    await file.close();
  }
}

/** The whole lines; before `from` there is no newline. */
function linesIn(bytes: Buffer, from: number): readonly Buffer[] {
  const lines: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(0x0a, from); end >= 0; end = bytes.indexOf(0x0a, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

function longer(memory: Buffer): Buffer<ArrayBuffer> {
  const twice = Buffer.allocUnsafeSlow(memory.length * 2);
  memory.copy(twice);
  return twice;
}
