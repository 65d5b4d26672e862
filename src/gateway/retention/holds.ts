import { CountersignError } from "../../shared/errors.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { Hold, HoldLift, HoldWish } from "../../shared/retention.ts";
import type { Store } from "../store/store.ts";
import type { RetainedEntry } from "./entries.ts";
import { isHeldBy } from "./scope.ts";
import type { Turns } from "./turns.ts";

export interface HoldsParts {
  readonly store: Store;
  readonly personOf: (id: string) => string;
  readonly now: () => number;
  /** Those of what erases: a hold covers all from the moment at which it is there. */
  readonly turns: Turns;
}

/** What must not be erased, whatever its age and whoever asks. */
export class Holds {
  readonly #parts: HoldsParts;

  constructor(parts: HoldsParts) {
    this.#parts = parts;
  }

  all(): readonly Hold[] {
    return this.#parts.store.holds.all();
  }

  /** Whether a hold in force covers an entry; to be asked for anew in each turn. */
  covering(): (entry: RetainedEntry) => boolean {
    const holds = this.all();
    return (entry) => holds.some((hold) => isHeldBy(hold, entry, this.#parts.personOf));
  }

  /** Throws CountersignError `bad_request` where the name is taken. */
  async place(by: string, wish: HoldWish): Promise<Hold> {
    const { store, now, turns } = this.#parts;
    const placed: Hold = { ...wish, by, placedAtMs: now() };
    const given = Object.entries(wish).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    );
    const said: JsonObject = Object.fromEntries(given);
    await turns.alone(() =>
      store.commit((writes) => {
        if (writes.holds.all().some(({ name }) => name === wish.name))
          throw new CountersignError("bad_request", "A hold of this name is in force: choose another name.");
        writes.holds.put(placed);
        writes.append("hold.placed", { ...said, by });
      }),
    );
    return placed;
  }

  /** Throws CountersignError `not_found`. */
  async lift(by: string, { name, reason }: HoldLift): Promise<void> {
    const { store, turns } = this.#parts;
    await turns.alone(() =>
      store.commit((writes) => {
        if (!writes.holds.all().some((each) => each.name === name))
          throw new CountersignError("not_found", "No hold of this name is in force.");
        writes.holds.remove(name);
        writes.append("hold.lifted", { name, reason, by });
      }),
    );
  }
}
