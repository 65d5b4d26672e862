import { setTimeout as delay } from "node:timers/promises";
import type { HoldLift } from "../../shared/retention.ts";
import type { RetentionConfig } from "../config-retention.ts";
import type { Log } from "../log.ts";
import type { Store } from "../store/store.ts";
import { ErasuresByHand } from "./by-hand.ts";
import { DueEntries } from "./due.ts";
import { EntryReader } from "./entries.ts";
import { Erasing } from "./erasing.ts";
import { Holds } from "./holds.ts";
import { isInForce } from "./in-force.ts";
import { type RetentionRules, retentionRules } from "./rules.ts";
import { Turns } from "./turns.ts";

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
/** After a failure all is tried again so much later. */
const restMs = 60_000;
/** Between two slices others have their turn for so long. */
const pauseMs = 5;

/** The ways through the ledger under one configuration, one for each length of time. */
interface Ways {
  readonly config: RetentionConfig | undefined;
  readonly rules: RetentionRules;
  readonly each: readonly { readonly keepMs: number; readonly reader: EntryReader; readonly due: DueEntries }[];
}

/** Erases what `retention:` keeps no longer, and what an administrator says; never what a hold covers. One slice at a time, so that no call waits. */
export class Retention {
  readonly byHand: ErasuresByHand;
  readonly holds: Holds;
  readonly #parts: RetentionParts;
  readonly #erasing: Erasing;
  readonly #turns = new Turns();
  readonly #stop = new AbortController();
  #ways: Ways | null = null;
  #lastMs = -Infinity;
  /** After a failure, by the process's own clock: what fails each second would be logged each second. */
  #restUntilMs = 0;
  #underWay: Promise<void> | null = null;

  constructor(parts: RetentionParts) {
    const [turns, stop] = [this.#turns, this.#stop.signal];
    this.#parts = parts;
    this.holds = new Holds({ ...parts, turns });
    this.#erasing = new Erasing({ ...parts, turns });
    this.byHand = new ErasuresByHand({ ...parts, holds: this.holds, erasing: this.#erasing, turns, stop });
  }

  /** Nothing is under way, or left to be removed. */
  get isIdle(): boolean {
    return this.#underWay === null && this.#erasing.isSettled;
  }

  /** Once a second: begins to look through the ledger where an hour is over, and removes from the files what was erased. */
  sweep(): void {
    if (this.#underWay !== null || this.#stop.signal.aborted) return;
    if (!this.#isTime() && this.#erasing.isSettled) return;
    if (performance.now() < this.#restUntilMs) return;
    this.#underWay = this.#run()
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        this.#underWay = null;
      });
  }

  /** Lifts a hold. What it covered may be long due: all is looked through again. Throws CountersignError `not_found`. */
  async lift(by: string, lift: HoldLift): Promise<void> {
    await this.holds.lift(by, lift);
    this.#forgetWays();
    this.#lastMs = -Infinity;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#underWay;
    await this.#turns.over();
    this.#forgetWays();
  }

  #failed(error: unknown): void {
    this.#restUntilMs = performance.now() + restMs;
    this.#lastMs = -Infinity;
    // What was found due and not erased is to be found again.
    this.#forgetWays();
    this.#parts.log({ level: "error", event: "retention.failed", error });
  }

  #isTime(): boolean {
    const sinceMs = this.#parts.now() - this.#lastMs;
    return sinceMs >= everyMs || sinceMs < 0;
  }

  async #run(): Promise<void> {
    if (this.#isTime()) {
      this.#lastMs = this.#parts.now();
      const ways = this.#waysNow();
      for (const way of ways.each) await this.#follow(ways, way);
    }
    await this.#erasing.settle();
  }

  async #follow(ways: Ways, { keepMs, due }: Ways["each"][number]): Promise<void> {
    const isCurrent = (): boolean => this.#ways === ways && !this.#stop.signal.aborted;
    while (isCurrent()) {
      const more = await this.#turns.alone(async () => isCurrent() && (await this.#eraseDue(ways.rules, keepMs, due)));
      if (!more) return;
      await delay(pauseMs);
    }
  }

  /** One slice; whether there is more. */
  async #eraseDue(rules: RetentionRules, keepMs: number, entries: DueEntries): Promise<boolean> {
    const { store, now } = this.#parts;
    const isHeld = this.holds.covering();
    const ruleOf: Parameters<DueEntries["next"]>[0]["ruleOf"] = (entry) => {
      const rule = rules.of(entry.kind, entry.connection);
      return rule?.keepMs === keepMs && !isHeld(entry) ? rule.name : null;
    };
    const { due, more } = entries.next({ ruleOf, isInForce: (entry) => isInForce(store, entry) }, now());
    for (const [name, some] of Map.groupBy(due, ({ rule }) => rule))
      await this.#erasing.erase(some, { rule: { name }, by: null, reason: "" });
    return more;
  }

  #waysNow(): Ways {
    const { config: configured, folder } = this.#parts;
    const config = configured();
    if (this.#ways !== null && JSON.stringify(this.#ways.config) === JSON.stringify(config)) return this.#ways;
    this.#forgetWays();
    const rules = retentionRules(config);
    const each = rules.keeps.map((keepMs) => {
      const reader = new EntryReader(folder);
      return { keepMs, reader, due: new DueEntries(keepMs, reader) };
    });
    this.#ways = { config, rules, each };
    return this.#ways;
  }

  #forgetWays(): void {
    for (const { reader } of this.#ways?.each ?? []) reader.close();
    this.#ways = null;
  }
}
