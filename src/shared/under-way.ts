/**
 * What is under way now, in no order. A Map that much comes to and goes from outgrows one table after the other, and until the next full
 * collection an old table holds all that stood in it when it was left: some kilobytes a call, copied by each small collection.
 */
export class UnderWay<T> {
  readonly #places: Place<T>[] = [];

  get size(): number {
    return this.#places.length;
  }

  enter(value: T): Place<T> {
    const place = { value, at: this.#places.length };
    this.#places.push(place);
    return place;
  }

  /** False where it has left before. */
  leave(place: Place<T>): boolean {
    if (this.#places[place.at] !== place) return false;
    const last = this.#places.pop();
    if (last !== undefined && last !== place) {
      // The last takes its place.
      last.at = place.at;
      this.#places[place.at] = last;
    }
    return true;
  }

  /** All of this moment, whoever leaves meanwhile. */
  all(): readonly T[] {
    return this.#places.map(({ value }) => value);
  }

  /** The same, by their places. */
  places(): readonly Place<T>[] {
    return [...this.#places];
  }
}

export interface Place<T> {
  readonly value: T;
  at: number;
}
