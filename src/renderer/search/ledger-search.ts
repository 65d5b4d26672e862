import type { ConsoleBridge } from "../../shared/bridge.ts";
import type { ConsoleState } from "../../shared/console.ts";
import { personOf } from "../../shared/signed-in.ts";
import { spanOf } from "../activity/periods.ts";
import { createStore, type Store } from "../store.ts";
import { anything, factsIn, queryOf, unasked, type FactName, type Sought, type Wanted } from "./sought.ts";

type Reader = Pick<ConsoleBridge, "searchAudit" | "auditEntry" | "auditActivity">;

/** Who walks through the lines reads the entry that they rest on: each one read is a look that is recorded. */
const restMs = 150;
const mostSuggested = 5;
const pageLines = 100;
/** A search that finds little in one look is taken on by itself so far; then it waits to be asked for more. */
const enough = 50;
const mostTries = 10;
const noSuchQuery = { code: "bad_request", message: "No such value." } as const;

/** Searches the gateway's ledger for an auditor: only when asked to, page by page. */
export class LedgerSearch {
  readonly #sought = createStore<Sought>(unasked);
  readonly sought: Store<Sought> = this.#sought;
  readonly #bridge: Reader;
  /** The newest question: an answer to any other comes too late. */
  #question = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #offsetMs = 0;
  #who: string | null = null;

  constructor(bridge: Reader) {
    this.#bridge = bridge;
  }

  /** Looks for this, and nothing of before. */
  readonly ask = (wanted: Partial<Wanted>): void => {
    this.#change({ wanted: { ...anything, ...wanted } });
    this.again();
  };

  /** Narrows or widens what is looked for; typed words are taken apart. */
  readonly typed = (text: string): void => {
    const { wanted } = this.#sought.get();
    const found = factsIn(text);
    this.ask({ ...wanted, text: found.text, facts: { ...wanted.facts, ...found.facts } });
  };

  readonly narrow = (fact: FactName, value: string): void => {
    const { wanted } = this.#sought.get();
    this.ask({ ...wanted, facts: { ...wanted.facts, [fact]: value } });
  };

  readonly widen = (fact: FactName): void => {
    const { wanted } = this.#sought.get();
    const { [fact]: _gone, ...facts } = wanted.facts;
    this.ask({ ...wanted, facts });
  };

  readonly within = (range: Wanted["range"]): void => this.ask({ ...this.#sought.get().wanted, range });

  /** Back to the questions that the page begins with. */
  readonly clear = (): void => {
    this.#question += 1;
    this.#sought.set({ ...unasked, suggested: this.#sought.get().suggested });
  };

  /** Reads what was used most of late; where that fails nothing is suggested. */
  readonly suggest = (): void => void this.#readSuggested();

  /** From the newest on, and no further than one page. */
  readonly again = (): void => {
    this.#change({ at: "reading", chosen: null, detail: null });
    void this.#readOn(null, []);
  };

  readonly older = (): void => {
    const { next, lines, at } = this.#sought.get();
    if (next === null || at !== "read") return;
    this.#change({ at: "reading older" });
    void this.#readOn(next, lines);
  };

  /** The entry need not be among the lines: those of one call lead to each other. */
  readonly choose = (entry: number, isOpen: boolean): void => {
    const isSame = this.#sought.get().chosen?.entry === entry;
    this.#change({ chosen: { entry, isOpen } });
    if (isSame) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#readDetail(entry), restMs);
  };

  readonly back = (): void => {
    const { chosen } = this.#sought.get();
    if (chosen) this.#change({ chosen: { ...chosen, isOpen: false } });
  };

  /** What one auditor found is not the next person's: with the account, and with the role, all of it is forgotten. */
  readonly follow = (state: ConsoleState): void => {
    this.#offsetMs = state.gateway.clockOffsetMs;
    const person = personOf(state);
    if (person === undefined) return;
    const who = state.roles.includes("auditor") ? person : null;
    if (who !== this.#who) {
      this.#question += 1;
      this.#sought.set(unasked);
    }
    this.#who = who;
  };

  async #readOn(before: number | null, kept: Sought["lines"]): Promise<void> {
    const mine = ++this.#question;
    const { wanted } = this.#sought.get();
    const query = queryOf(wanted, this.#offsetMs);
    if (query === null) return this.#change({ at: "failed", error: noSuchQuery, lines: [], next: null });
    let [next, lines, names] = [before, kept, before === null ? {} : this.#sought.get().names];
    for (let tries = 0; tries < mostTries; tries += 1) {
      const answer = await this.#bridge.searchAudit({ ...query, before: next, limit: pageLines });
      if (mine !== this.#question) return;
      if (!answer.ok) return this.#change({ at: "failed", error: answer.error });
      const { indexed, entries } = answer.value;
      lines = [...lines, ...answer.value.lines];
      names = { ...names, ...answer.value.names };
      next = answer.value.next;
      this.#change({ lines, names, next, indexed, entries });
      if (next === null || lines.length - kept.length >= enough) break;
    }
    this.#change({ at: "read", error: null });
  }

  async #readSuggested(): Promise<void> {
    const who = this.#who;
    const span = spanOf("week", this.#offsetMs);
    const answers = [
      this.#bridge.auditActivity({ by: "tool", ...span }),
      this.#bridge.auditActivity({ by: "person", ...span }),
    ] as const;
    const [tools, people] = await Promise.all(answers);
    if (!tools.ok || !people.ok || who !== this.#who) return;
    const services = people.value.rows.filter(({ principalKind }) => principalKind === "service");
    const named = tools.value.rows.filter(({ key }) => key !== "");
    this.#change({ suggested: { tools: named.slice(0, mostSuggested), services: services.slice(0, mostSuggested) } });
  }

  async #readDetail(entry: number): Promise<void> {
    const answer = await this.#bridge.auditEntry({ entry });
    if (this.#sought.get().chosen?.entry !== entry) return;
    this.#change({ detail: { entry, got: answer.ok ? answer.value : answer.error } });
  }

  #change(part: Partial<Sought>): void {
    this.#sought.set({ ...this.#sought.get(), ...part });
  }
}
