import type { EntryFacts } from "../../shared/audit-search.ts";
import type { JsonObject } from "../../shared/json.ts";
import { completed, factsOf } from "./entry-facts.ts";

/** So many calls may be under way, or waiting for a decision, and still be known by heart. */
const mostKnown = 10_000;

/** What was said last of a call or approval that is not known by heart, if anything was. */
type Look = (of: "call" | "approval", id: string) => EntryFacts | undefined;

/** Entries read in the ledger's order: each gets what its call or approval said before it. */
export class KnownCalls {
  readonly #facts = new Map<string, EntryFacts>();
  readonly #look: Look;

  constructor(look: Look = () => undefined) {
    this.#look = look;
  }

  take(kind: string, body: JsonObject): EntryFacts {
    const own = factsOf(kind, body);
    const facts = begins.has(kind)
      ? own
      : completed(completed(own, this.#before("call", own.call)), this.#before("approval", own.approval));
    for (const id of [facts.call, facts.approval]) if (id !== null) this.#keep(id, facts);
    return facts;
  }

  forget(): void {
    this.#facts.clear();
  }

  #before(of: "call" | "approval", id: string | null): EntryFacts | undefined {
    return id === null ? undefined : (this.#facts.get(id) ?? this.#look(of, id));
  }

  #keep(id: string, facts: EntryFacts): void {
    // Put again, it is the youngest: the oldest goes first.
    this.#facts.delete(id);
    this.#facts.set(id, facts);
    const oldest = this.#facts.keys().next();
    if (this.#facts.size > mostKnown && oldest.done !== true) this.#facts.delete(oldest.value);
  }
}

const begins: ReadonlySet<string> = new Set(["call.request", "call.refused"]);
