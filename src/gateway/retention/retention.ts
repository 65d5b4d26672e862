import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { CountersignError } from "../../shared/errors.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { ErasedEntries } from "../../shared/ledger.ts";
import type { ErasureView, ErasureWish, Hold, HoldLift, HoldWish } from "../../shared/retention.ts";
import type { RetentionConfig } from "../config-retention.ts";
import type { Log } from "../log.ts";
import type { Store } from "../store/store.ts";
import { DueEntries } from "./due.ts";
import { EntryReader, type RetainedEntry } from "./entries.ts";
import { isInForce } from "./in-force.ts";
import { type RetentionRules, retentionRules } from "./rules.ts";
import { isErasedBy, isHeldBy } from "./scope.ts";

export interface RetentionParts {
  readonly store: Store;
  /** The data folder of a gateway whose store is open. */
  readonly folder: string;
  readonly config: () => RetentionConfig | undefined;
  readonly personOf: (id: string) => string;
  /** Has the search's index drop what was erased, before anybody searches again. */
  readonly forget: () => Promise<void>;
  /** Has what calls refer to be recorded again: it may be among what was erased. */
  readonly erasedByHand: () => void;
  readonly now: () => number;
  readonly log: Log;
}

/** So often the ledger is looked through for what is due. */
const everyMs = 3_600_000;
/** So many are erased in one commit. */
const together = 200;
/** Between two slices others have their turn for so long. */
const pauseMs = 5;

/** So many erasures by hand are told of afterwards. */
const mostErasures = 20;
const nothing = { erased: 0, held: 0, inForce: 0 };
type Counted = { -readonly [K in keyof typeof nothing]: number };
type Running = { -readonly [K in keyof ErasureView]: ErasureView[K] };

/** One length of time's way through the ledger. */
interface Way {
  readonly keepMs: number;
  readonly reader: EntryReader;
  readonly due: DueEntries;
}

/** Erases what `retention:` keeps no longer, and what an administrator says; never what a hold covers. One slice at a time, so that no call waits. */
export class Retention {
  readonly #parts: RetentionParts;
  readonly #stop = new AbortController();
  /** Of one configuration; a change of it, or a lifted hold, has all looked through again. */
  #ways: readonly Way[] = [];
  #of: { readonly config: RetentionConfig | undefined; readonly rules: RetentionRules } | null = null;
  #lastMs = -Infinity;
  #underWay: Promise<void> | null = null;
  #unsettled = false;
  readonly #erasures = new Map<string, Running>();
  /** Erasing and changing holds take turns, so that a hold covers all from the moment at which it is there. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: RetentionParts) {
    this.#parts = parts;
    this.#unsettled = !parts.store.isSettled();
  }

  /** Once a second: begins to look through the ledger where an hour is over, and removes from the files what was erased. */
  sweep(): void {
    const { now, log } = this.#parts;
    if (this.#underWay !== null || this.#stop.signal.aborted) return;
    if (now() - this.#lastMs < everyMs && now() >= this.#lastMs && !this.#unsettled) return;
    const failed = (error: unknown): void => log({ level: "error", event: "retention.failed", error });
    this.#underWay = this.#run()
      .catch(failed)
      .finally(() => {
        this.#underWay = null;
      });
  }

  /** Nothing is under way, or left to be removed. */
  get isIdle(): boolean {
    return this.#underWay === null && !this.#unsettled;
  }

  holds(): readonly Hold[] {
    return this.#parts.store.holds.all();
  }

  /** Throws CountersignError `bad_request` where the name is taken. */
  async place(by: string, wish: HoldWish): Promise<Hold> {
    const { store, now } = this.#parts;
    const placed: Hold = { ...wish, by, placedAtMs: now() };
    const given = Object.entries(wish).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    );
    const said: JsonObject = Object.fromEntries(given);
    await this.#alone(() =>
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
    await this.#alone(() =>
      this.#parts.store.commit((writes) => {
        if (!writes.holds.all().some((each) => each.name === name))
          throw new CountersignError("not_found", "No hold of this name is in force.");
        writes.holds.remove(name);
        writes.append("hold.lifted", { name, reason, by });
      }),
    );
    // What it covered may be long due.
    this.#forgetWays();
    this.#lastMs = -Infinity;
  }

  /** Begins to erase what is asked for, as far as nothing holds it. */
  begin(by: string, wish: ErasureWish): ErasureView {
    const view: Running = { id: `ers_${randomBytes(9).toString("base64url")}`, state: "running", ...nothing };
    this.#erasures.set(view.id, view);
    const [oldest] = this.#erasures.keys();
    if (this.#erasures.size > mostErasures && oldest !== undefined) this.#erasures.delete(oldest);
    void this.#eraseInto(view, by, wish);
    return { ...view };
  }

  async #eraseInto(view: Running, by: string, wish: ErasureWish): Promise<void> {
    try {
      await this.erase(by, wish, view);
      view.state = this.#stop.signal.aborted ? "failed" : "done";
    } catch (error) {
      view.state = "failed";
      this.#parts.log({ level: "error", event: "retention.failed", error });
    }
  }

  /** One that was begun since the gateway's start. */
  erasure(id: string): ErasureView | undefined {
    return this.#erasures.get(id);
  }

  /** Erases what is asked for, as far as nothing holds it, and counts it in `result`. */
  async erase(
    by: string,
    { entries, reason, ...scope }: ErasureWish,
    result: Counted = { ...nothing },
  ): Promise<Counted> {
    const { store, folder, personOf, erasedByHand } = this.#parts;
    const [from, to] = entries ?? [0, Number(store.checkpoint().split("\n", 2)[1]) - 1];
    const reader = new EntryReader(folder);
    try {
      for (let next = from; next <= to && !this.#stop.signal.aborted;) {
        const slice = reader.from(next, to + 1);
        next = (slice.at(-1)?.seq ?? to) + 1;
        const wanted = slice.filter((entry) => !entry.isErased && isErasedBy(scope, entry, personOf));
        await this.#alone(async () => {
          const isHeld = this.#holds();
          const free = wanted.filter((entry) => !isHeld(entry));
          const gone = free.filter((entry) => !isInForce(store, entry));
          result.held += wanted.length - free.length;
          result.inForce += free.length - gone.length;
          result.erased += await this.#eraseNow(gone, { rule: null, by, reason });
        });
        await delay(pauseMs);
      }
    } finally {
      reader.close();
    }
    erasedByHand();
    if (this.#unsettled) await this.#settle();
    return result;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#underWay;
    await this.#turn;
    this.#forgetWays();
  }

  async #run(): Promise<void> {
    const { now } = this.#parts;
    if (now() - this.#lastMs >= everyMs || now() < this.#lastMs) {
      this.#lastMs = now();
      for (const way of this.#waysNow()) await this.#follow(way);
    }
    if (this.#unsettled) await this.#settle();
  }

  async #follow({ keepMs, due }: Way): Promise<void> {
    const isCurrent = (): boolean => !this.#stop.signal.aborted && this.#ways.some((way) => way.due === due);
    while (isCurrent()) {
      const more = await this.#alone(async () => {
        const { store, now } = this.#parts;
        const rules = this.#of?.rules;
        const isHeld = this.#holds();
        const slice = due.next(
          {
            ruleOf: (entry) => {
              const rule = rules?.of(entry.kind, entry.connection) ?? null;
              return rule?.keepMs === keepMs && !isHeld(entry) ? rule.name : null;
            },
            isInForce: (entry) => isInForce(store, entry),
          },
          now(),
        );
        for (const [name, entries] of Map.groupBy(slice.due, ({ rule }) => rule))
          await this.#eraseNow(entries, { rule: { name }, by: null, reason: "" });
        return slice.more;
      });
      if (!more) return;
      await delay(pauseMs);
    }
  }

  async #eraseNow(entries: readonly { readonly seq: number }[], why: Omit<ErasedEntries, "entries">): Promise<number> {
    const { store } = this.#parts;
    let count = 0;
    for (let at = 0; at < entries.length; at += together) {
      const numbers = entries.slice(at, at + together).map(({ seq }) => seq);
      const erased = await store.commit((writes) => writes.erase(numbers, why));
      this.#unsettled ||= erased.entries.length > 0;
      await store.deleteBodies(erased.files);
      count += erased.entries.length;
    }
    return count;
  }

  /** What was erased leaves the index and the store's files. Where a reader is in the way, the next sweep tries again. */
  async #settle(): Promise<void> {
    await this.#parts.forget();
    await this.#alone(async () => {
      this.#unsettled = !this.#parts.store.settle();
    });
  }

  /** Those in force, asked once a slice. */
  #holds(): (entry: RetainedEntry) => boolean {
    const holds = this.holds();
    return (entry) => holds.some((hold) => isHeldBy(hold, entry, this.#parts.personOf));
  }

  #waysNow(): readonly Way[] {
    const config = this.#parts.config();
    if (this.#of !== null && JSON.stringify(this.#of.config) === JSON.stringify(config)) return this.#ways;
    this.#forgetWays();
    const rules = retentionRules(config);
    this.#of = { config, rules };
    this.#ways = rules.keeps.map((keepMs) => {
      const reader = new EntryReader(this.#parts.folder);
      return { keepMs, reader, due: new DueEntries(keepMs, reader) };
    });
    return this.#ways;
  }

  #forgetWays(): void {
    for (const { reader } of this.#ways) reader.close();
    this.#ways = [];
    this.#of = null;
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}
