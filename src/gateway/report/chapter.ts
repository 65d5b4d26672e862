import type { JsonObject } from "../../shared/json.ts";

/** An entry as the report reads it. `body` is null where it was erased. */
export interface ReportedEntry {
  readonly seq: number;
  readonly atMs: number;
  readonly kind: string;
  readonly body: JsonObject | null;
  /** Whether it lies in the report's period; what came before is read for what it says about later entries. */
  readonly isWithin: boolean;
}

/** One subject of the report, told of every entry up to the period's end, in their order. */
export interface Chapter {
  take(entry: ReportedEntry): void | Promise<void>;
}

/** How many there were, and the first of them. */
export interface Listing<T> {
  readonly count: number;
  readonly first: readonly T[];
}

/** Lists are told whole up to this many; a report of a bad month must not fill the memory of who writes it. */
const mostListed = 1000;

/** Counts all, keeps the first. */
export class Listed<T> {
  readonly #first: T[] = [];
  #count = 0;

  add(item: T): void {
    this.#count += 1;
    if (this.#first.length < mostListed) this.#first.push(item);
  }

  listing(): Listing<T> {
    return { count: this.#count, first: this.#first };
  }
}

/** How often each name came. */
export class Counts {
  readonly #counts = new Map<string, number>();

  add(name: string, by = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  /** The most frequent first. */
  rows(): readonly { readonly name: string; readonly count: number }[] {
    return [...this.#counts]
      .map(([name, count]) => ({ name, count }))
      .sort((one, other) => other.count - one.count || one.name.localeCompare(other.name, "en"));
  }
}
