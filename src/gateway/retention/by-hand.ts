import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { ErasureView, ErasureWish } from "../../shared/retention.ts";
import type { Log } from "../log.ts";
import type { Store } from "../store/store.ts";
import { EntryReader, type RetainedEntry } from "./entries.ts";
import type { Erasing } from "./erasing.ts";
import type { Holds } from "./holds.ts";
import { isInForce } from "./in-force.ts";
import { isErasedBy } from "./scope.ts";
import type { Turns } from "./turns.ts";

export interface ByHandParts {
  readonly store: Store;
  readonly folder: string;
  readonly personOf: (id: string) => string;
  /** Has what calls refer to be recorded again: it may be among what was erased. */
  readonly erasedByHand: () => void;
  readonly holds: Holds;
  readonly erasing: Erasing;
  readonly turns: Turns;
  readonly stop: AbortSignal;
  readonly log: Log;
}

type Running = { -readonly [K in keyof ErasureView]: ErasureView[K] };

/** Between two slices others have their turn for so long. */
const pauseMs = 5;
/** Where the first is named, so many before it are read as well: an answer's request says whose it is. */
const mostBefore = 20_000;
/** So many are told of afterwards. */
const mostKnown = 20;

/** What administrators have erased at once: each goes on by itself, and tells how it stands. */
export class ErasuresByHand {
  readonly #parts: ByHandParts;
  readonly #known = new Map<string, Running>();

  constructor(parts: ByHandParts) {
    this.#parts = parts;
  }

  /** One that was begun since the gateway's start. */
  get(id: string): ErasureView | undefined {
    return this.#known.get(id);
  }

  /** Begins to erase what is asked for, as far as nothing holds it. */
  begin(by: string, wish: ErasureWish): ErasureView {
    const id = `ers_${randomBytes(9).toString("base64url")}`;
    const view: Running = { id, state: "running", erased: 0, held: 0, inForce: 0 };
    this.#known.set(id, view);
    const [oldest] = this.#known.keys();
    if (this.#known.size > mostKnown && oldest !== undefined) this.#known.delete(oldest);
    void this.#run(view, by, wish);
    return { ...view };
  }

  async #run(view: Running, by: string, wish: ErasureWish): Promise<void> {
    const { erasedByHand, erasing, stop, log } = this.#parts;
    try {
      await this.#erase(view, by, wish);
      erasedByHand();
      // A gateway that stops leaves it to its next start.
      if (!stop.aborted) await erasing.settle();
      view.state = stop.aborted ? "failed" : "done";
    } catch (error) {
      view.state = "failed";
      log({ level: "error", event: "retention.failed", error });
    }
  }

  async #erase(view: Running, by: string, { entries, reason, ...scope }: ErasureWish): Promise<void> {
    const { store, folder, personOf, stop, turns } = this.#parts;
    const [from, to] = entries ?? [0, Number(store.checkpoint().split("\n", 2)[1]) - 1];
    const reader = new EntryReader(folder);
    try {
      for (let next = Math.max(0, from - mostBefore); next <= to && !stop.aborted;) {
        const slice = reader.from(next, to + 1);
        next = (slice.at(-1)?.seq ?? to) + 1;
        const wanted = slice.filter(
          (entry) => entry.seq >= from && !entry.isErased && isErasedBy(scope, entry, personOf),
        );
        if (wanted.length > 0) await turns.alone(() => this.#eraseSome(view, wanted, { rule: null, by, reason }));
        await delay(pauseMs);
      }
    } finally {
      reader.close();
    }
  }

  async #eraseSome(
    view: Running,
    wanted: readonly RetainedEntry[],
    why: Parameters<Erasing["erase"]>[1],
  ): Promise<void> {
    const { store, holds, erasing } = this.#parts;
    const isHeld = holds.covering();
    const free = wanted.filter((entry) => !isHeld(entry));
    const gone = free.filter((entry) => !isInForce(store, entry));
    view.held += wanted.length - free.length;
    view.inForce += free.length - gone.length;
    view.erased += await erasing.erase(gone, why);
  }
}
