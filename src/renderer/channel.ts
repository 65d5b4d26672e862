/** Tells its listeners of each value, and a new one of the last. */
export class Channel<T> {
  readonly #listeners = new Set<(value: T) => void>();
  last: T | undefined;

  constructor(first?: T) {
    this.last = first;
  }

  tell(value: T): void {
    this.last = value;
    for (const listener of this.#listeners) listener(value);
  }

  listen(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    if (this.last !== undefined) listener(this.last);
    return () => this.#listeners.delete(listener);
  }
}
