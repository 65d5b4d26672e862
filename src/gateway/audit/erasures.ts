import { erasedEntries } from "../../shared/ledger.ts";
import { isNeverErased } from "../../shared/entry-kind.ts";
import type { Findings } from "./findings.ts";

/**
 * Compares the entries that have neither body nor salt with the entries that record an erasure. An erasure is always recorded behind what it
 * erased, and its record is never erased itself. A bit an entry, so that a ledger of which most is erased is no heavier than another.
 */
export class Erasures {
  readonly #findings: Findings;
  readonly #gone = new NumberSet();
  readonly #recorded = new NumberSet();
  #count = 0;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** How many entries have neither body nor salt. */
  get count(): number {
    return this.#count;
  }

  /** Entry `seq` has neither body nor salt. */
  gone(seq: number, kind: string): void {
    this.#count += 1;
    if (isNeverErased(kind)) this.#findings.entry(seq, `the body was removed: ${kind} is never erased`);
    else this.#gone.add(seq, seq);
  }

  /** Entry `seq` is an `entries.erased` whose body is as it was written. What isn't of its form records nothing. */
  record(seq: number, body: string): void {
    const ranges = rangesIn(body);
    const isWhole = ranges.every(([from, to], at) => from > (ranges[at - 1]?.[1] ?? -1) && from <= to && to < seq);
    if (isWhole) for (const [from, to] of ranges) this.#recorded.add(from, to);
  }

  /** Finds what is gone without a record, and what a record says is gone and isn't. `end`: how many entries there are. */
  finish(end: number): void {
    this.#compare(end, this.#gone, this.#recorded, "the body was removed: no later entry records its erasure");
    this.#compare(end, this.#recorded, this.#gone, "the body is there, and a later entry records its erasure");
  }

  #compare(end: number, these: NumberSet, those: NumberSet, what: string): void {
    let from = -1;
    for (const [seq, is] of these.without(those, end)) {
      if (is && from < 0) from = seq;
      if (is || from < 0) continue;
      this.#findings.entries(from, seq - 1, what);
      from = -1;
    }
  }
}

function rangesIn(body: string): readonly (readonly [number, number])[] {
  try {
    return erasedEntries.safeParse(JSON.parse(body)).data?.entries ?? [];
  } catch {
    return [];
  }
}

/** Whole numbers from 0, a bit each. */
class NumberSet {
  #words = new Uint32Array(0);

  /** `to` included. */
  add(from: number, to: number): void {
    this.#reach(to);
    for (let number = from; number <= to; number += 1) {
      const at = Math.floor(number / 32);
      if (number % 32 === 0 && number + 31 <= to) {
        this.#words[at] = 0xffff_ffff;
        number += 31;
      } else this.#words[at] = this.#word(at) | (1 << (number % 32));
    }
  }

  /** Where being in this set and not in the other changes, below `end`; there at the last nothing is in it. */
  *without(other: NumberSet, end: number): Generator<readonly [number, boolean]> {
    let last = false;
    for (let at = 0; at < this.#words.length; at += 1) {
      const left = (this.#word(at) & ~other.#word(at)) >>> 0;
      if (left === (last ? 0xffff_ffff : 0)) continue;
      for (let bit = 0; bit < 32; bit += 1) {
        const is: boolean = (left & (1 << bit)) !== 0;
        if (is !== last) yield [at * 32 + bit, is];
        last = is;
      }
    }
    if (last) yield [end, false];
  }

  #word(at: number): number {
    return this.#words[at] ?? 0;
  }

  #reach(number: number): void {
    const words = Math.floor(number / 32) + 1;
    if (words <= this.#words.length) return;
    const grown = new Uint32Array(Math.max(words, 2 * this.#words.length, 1024));
    grown.set(this.#words);
    this.#words = grown;
  }
}
