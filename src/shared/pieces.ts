/** As many small chunks are kept by themselves before they are joined. */
const mostLoose = 1024;

/**
 * Bytes that come in chunks. Whoever sends them may cut them as small as they like, and a chunk of one byte costs hundreds of them: so small
 * chunks are joined as they come, each byte once.
 */
export class Pieces {
  #joined: Uint8Array[] = [];
  #loose: Uint8Array[] = [];
  #length = 0;

  /** How many bytes there are. */
  get length(): number {
    return this.#length;
  }

  push(chunk: Uint8Array): void {
    this.#length += chunk.length;
    this.#loose.push(chunk);
    if (this.#loose.length < mostLoose) return;
    this.#joined.push(join(this.#loose));
    this.#loose = [];
  }

  /** All bytes in order, in as few pieces as they were joined to; nothing is left of them here. */
  take(): readonly Uint8Array[] {
    const all = this.#joined.length === 0 ? this.#loose : [...this.#joined, ...this.#loose];
    this.#joined = [];
    this.#loose = [];
    this.#length = 0;
    return all;
  }
}

function join(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
