/** Numbers that lie this far below the highest seen are refused, seen or not. */
const width = 4096;

/**
 * Which numbers a token's requests have had (as in RFC 4303, section 3.4.3): each counts once, in whatever order they arrive. 512 bytes,
 * however many there were.
 */
export class ReplayWindow {
  readonly #seen = new Uint32Array(width / 32);
  #highest = 0;

  /** Whether this number, from 1, may still come. */
  isNew(number: number): boolean {
    if (number > this.#highest) return true;
    if (number <= this.#highest - width) return false;
    const place = number % width;
    return ((this.#seen[place >>> 5] ?? 0) & (1 << (place & 31))) === 0;
  }

  /** Notes a number that is new. */
  take(number: number): void {
    if (number > this.#highest) this.#moveTo(number);
    const place = number % width;
    this.#seen[place >>> 5] = (this.#seen[place >>> 5] ?? 0) | (1 << (place & 31));
  }

  /** The places between the last highest number and this one held numbers that are too old by now. */
  #moveTo(number: number): void {
    const first = this.#highest + 1;
    this.#highest = number;
    if (number - first >= width) {
      this.#seen.fill(0);
      return;
    }
    for (let each = first; each <= number; each += 1) {
      const place = each % width;
      this.#seen[place >>> 5] = (this.#seen[place >>> 5] ?? 0) & ~(1 << (place & 31));
    }
  }
}
