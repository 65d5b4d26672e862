/** What tells of an end, as an `AbortSignal` does; that of each call through the tunnel is a `Departure`. */
export type Ending = Pick<AbortSignal, "aborted"> & {
  addEventListener(type: "abort", listener: () => void, options?: { readonly once: true }): void;
  removeEventListener(type: "abort", listener: () => void): void;
};

/** An end that comes once. An AbortController is dear for a call whose client stays, as nearly all do. */
export class Departure implements Ending {
  aborted = false;
  readonly #listeners: (() => void)[] = [];

  abort(): void {
    if (this.aborted) return;
    this.aborted = true;
    for (const listener of this.#listeners.splice(0)) listener();
  }

  addEventListener(_type: "abort", listener: () => void): void {
    if (!this.aborted) this.#listeners.push(listener);
  }

  removeEventListener(_type: "abort", listener: () => void): void {
    const at = this.#listeners.indexOf(listener);
    if (at >= 0) this.#listeners.splice(at, 1);
  }
}
