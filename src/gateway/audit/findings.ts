/** One thing wrong with a ledger: where, and what, in words that quote nothing from the ledger. */
export interface Finding {
  /** `entry 7`, `entries 256..511`, `checkpoint 512`, `kept checkpoint`, `line 3`, … */
  readonly place: string;
  /** The entry's number, where it is one entry. */
  readonly seq?: number;
  readonly what: string;
}

/** Findings are listed up to this many; a ledger that is wrong throughout must not fill the memory of who checks it. */
const mostFindings = 1000;

/** Collects findings in the order in which they are made. */
export class Findings {
  readonly #list: Finding[] = [];
  #more = 0;

  add(place: string, what: string): void {
    this.#push({ place, what });
  }

  entry(seq: number, what: string): void {
    this.#push({ place: `entry ${seq}`, seq, what });
  }

  /** A run of entries, `to` included. */
  entries(from: number, to: number, what: string): void {
    if (from === to) this.entry(from, what);
    else this.add(`entries ${from}..${to}`, what);
  }

  get none(): boolean {
    return this.#list.length === 0;
  }

  list(): readonly Finding[] {
    if (this.#more === 0) return this.#list;
    return [...this.#list, { place: "ledger", what: `${this.#more} further findings are left out` }];
  }

  #push(finding: Finding): void {
    if (this.#list.length < mostFindings) this.#list.push(finding);
    else this.#more += 1;
  }
}
