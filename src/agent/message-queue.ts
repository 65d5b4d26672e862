/** What a small entry costs beside its text, so that many tiny ones count too. */
const entryWeight = 16 * 1024;

/** A bounded queue between one writer and one reader. Above its limit the oldest entries go, never the newest. */
export class MessageQueue<T> {
  readonly #limit: number;
  #items: { readonly item: T; readonly weight: number }[] = [];
  #weight = 0;
  #end: { readonly error: unknown } | "ended" | undefined;
  #wake: (() => void) | undefined;

  /** `limit` in characters. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes an entry of that many characters; false where older ones were dropped to make room. */
  push(item: T, length: number): boolean {
    if (this.#end !== undefined) return true;
    const weight = length + entryWeight;
    this.#items.push({ item, weight });
    this.#weight += weight;
    const fits = this.#weight <= this.#limit;
    while (this.#weight > this.#limit && this.#items.length > 1) this.#shift();
    this.#notify();
    return fits;
  }

  /** Lets the reader finish what is queued, then ends. */
  end(): void {
    this.#end ??= "ended";
    this.#notify();
  }

  /** Lets the reader finish what is queued, then throws. */
  fail(error: unknown): void {
    this.#end ??= { error };
    this.#notify();
  }

  /** Ends at once: what is queued is dropped. */
  abandon(error: unknown): void {
    this.drain();
    this.fail(error);
  }

  /** All that is queued now. */
  drain(): T[] {
    const items = this.#items.map(({ item }) => item);
    this.#items = [];
    this.#weight = 0;
    return items;
  }

  async *read(): AsyncGenerator<T, void, undefined> {
    for (;;) {
      const entry = this.#shift();
      if (entry !== undefined) yield entry.item;
      else if (this.#end === "ended") return;
      else if (this.#end !== undefined) throw this.#end.error;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #shift(): { readonly item: T } | undefined {
    const entry = this.#items.shift();
    this.#weight -= entry?.weight ?? 0;
    return entry;
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
