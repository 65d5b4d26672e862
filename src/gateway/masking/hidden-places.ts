import type { Hidden } from "../../shared/approval.ts";

/** How many characters the paths of one payload may have together: more than those of an ordinary megabyte full of finds. */
const mostCharacters = 2_000_000;

/**
 * The places that a walk hid. A path names every member above a value, so that a few long names or a thousand levels over many small finds would
 * make places of many times the payload's size. Once these are too much, each further find is told by the outermost member it is in, once a kind.
 */
export class HiddenPlaces {
  readonly list: Hidden[] = [];
  #characters = 0;
  /** The members told of in this way, by kind. */
  readonly #told = new Map<string, Set<string | number | undefined>>();

  note(path: readonly (string | number)[], kind: string): void {
    for (const part of path) this.#characters += typeof part === "string" ? part.length + 3 : 4;
    if (this.#characters <= mostCharacters) {
      this.list.push({ path: [...path], kind });
      return;
    }
    const told = this.#told.get(kind) ?? new Set();
    if (told.has(path[0])) return;
    this.#told.set(kind, told.add(path[0]));
    this.list.push({ path: path.slice(0, 1), kind });
  }
}
