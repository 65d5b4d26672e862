import type { ErasedEntries } from "../../shared/ledger.ts";
import type { Store } from "../store/store.ts";
import type { Turns } from "./turns.ts";

export interface ErasingParts {
  readonly store: Store;
  /** Has the search's index drop what was erased, before anybody searches again. */
  readonly forget: () => Promise<void>;
  readonly turns: Turns;
}

/** So many are erased in one commit. */
const together = 100;

/** Takes entries out of the store, and then out of every file. */
export class Erasing {
  readonly #parts: ErasingParts;
  #isSettled: boolean;
  /** The index has none of it. */
  #isForgotten = false;
  /** Files of erased bodies that are still there: where one can't be deleted now, each try after it does. */
  readonly #files = new Set<string>();

  constructor(parts: ErasingParts) {
    this.#parts = parts;
    this.#isSettled = parts.store.isSettled();
  }

  /** Nothing of what was erased is left in any file. */
  get isSettled(): boolean {
    return this.#isSettled && this.#files.size === 0;
  }

  /** Within a turn: erases and records it, and answers how many had anything to erase. Throws what a commit throws. */
  async erase(entries: readonly { readonly seq: number }[], why: Omit<ErasedEntries, "entries">): Promise<number> {
    const { store } = this.#parts;
    let count = 0;
    for (let at = 0; at < entries.length; at += together) {
      const numbers = entries.slice(at, at + together).map(({ seq }) => seq);
      const erased = await store.commit((writes) => writes.erase(numbers, why));
      if (erased.entries.length > 0) this.#isSettled = this.#isForgotten = false;
      count += erased.entries.length;
      for (const file of erased.files) this.#files.add(file);
      await this.#deleteFiles();
    }
    return count;
  }

  /** Removes what was erased from the index and the store's files, in a turn of its own. Where a reader is in the way, it is left for a later try. */
  async settle(): Promise<void> {
    const { store, forget, turns } = this.#parts;
    await turns.alone(async () => {
      if (this.isSettled) return;
      await this.#deleteFiles();
      if (!this.#isForgotten) await forget();
      this.#isForgotten = true;
      this.#isSettled = store.settle();
    });
  }

  async #deleteFiles(): Promise<void> {
    const files = [...this.#files];
    if (files.length === 0) return;
    await this.#parts.store.deleteBodies(files);
    for (const file of files) this.#files.delete(file);
  }
}
