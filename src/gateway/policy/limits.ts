import type { RuleConfig } from "../config-schema.ts";
import type { RuleReference } from "./policy.ts";

/** What a rule's `limits:` say. */
export type Limits = NonNullable<RuleConfig["limits"]>;

/** A call as limits count it. */
export interface Counted {
  readonly rule: RuleReference;
  readonly limits: Limits;
  /** Whoever calls, under any of their identities. */
  readonly person: string;
  /** The caller's conversation, as an object: what is counted of it goes when it goes. */
  readonly session: object;
}

/** The limit that a call would exceed. `retryAfterMs`: when it may be made, where time alone helps. */
export type Exceeded =
  | { readonly code: "rate_limited"; readonly most: number; readonly perMs: number; readonly retryAfterMs: number }
  | { readonly code: "too_many_at_once"; readonly most: number }
  | { readonly code: "session_used_up"; readonly most: number }
  | { readonly code: "too_many_pending"; readonly most: number }
  /** The gateway counts as much as it can hold. */
  | { readonly code: "limits_full"; readonly retryAfterMs: number };

/** What is kept of one principal under one rule. */
interface Count {
  readonly rate: Limits["rate"];
  /** Calls left in the bucket at `atMs`. */
  left: number;
  atMs: number;
  running: number;
}

/** How often counts are swept: who found no room may find some then. */
const sweepMs = 1000;
/** Counts come from verified principals and rules alone; at some 150 bytes each these are 15 MB. */
const mostCounts = 100_000;
/** A bucket that is filled by fractions may come to rest just below the whole. */
const nearly = 1e-9;

/**
 * What limits have counted, in memory. It outlives a reload: a count belongs to a rule's version, so that a rule that stayed as it
 * was goes on counting, and a changed one begins anew. Where there is no room for a new count, the call is refused.
 */
export class RuleLimits {
  readonly #now: () => number;
  readonly #most: number;
  readonly #counts = new Map<string, Count>();
  readonly #sessions = new WeakMap<object, Map<string, number>>();

  constructor(now: () => number, most = mostCounts) {
    this.#now = now;
    this.#most = most;
  }

  /** How many principals under how many rules are counted now. */
  get size(): number {
    return this.#counts.size;
  }

  /** Counts a call against rate and session, both or neither: null, or the limit it would exceed. */
  charge(call: Counted): Exceeded | null {
    const { rule, limits, session } = call;
    const exceeded = this.against(call);
    if (exceeded !== null) return exceeded;
    const count = limits.rate === undefined ? null : this.#countOf(call);
    if (count !== null) count.left -= 1;
    if (limits.callsPerSession !== undefined) {
      const counts = this.#sessions.get(session) ?? new Map<string, number>();
      this.#sessions.set(session, counts.set(rule.version, this.#usedOf(call) + 1));
    }
    return null;
  }

  /** The limit of rate or session that the call would exceed, or null; nothing is counted. */
  against(call: Counted): Exceeded | null {
    const { callsPerSession, rate } = call.limits;
    if (callsPerSession !== undefined && this.#usedOf(call) >= callsPerSession)
      return { code: "session_used_up", most: callsPerSession };
    if (rate === undefined) return null;
    const count = this.#countOf(call);
    if (count === null) return full;
    fill(count, this.#now());
    if (count.left >= 1 - nearly) return null;
    const retryAfterMs = Math.max(1, Math.ceil(((1 - count.left) * rate.per) / rate.calls));
    return { code: "rate_limited", most: rate.calls, perMs: rate.per, retryAfterMs };
  }

  /** Takes one of the places of calls that run at once: the way to leave it (once; later calls of it do nothing), or the limit. */
  occupy(call: Counted): (() => void) | Exceeded {
    const { concurrency } = call.limits;
    if (concurrency === undefined) return () => undefined;
    const count = this.#countOf(call);
    if (count === null) return full;
    if (count.running >= concurrency) return { code: "too_many_at_once", most: concurrency };
    count.running += 1;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      count.running -= 1;
    };
  }

  /** Forgets what a count begun anew would not differ from. */
  sweep(): void {
    const nowMs = this.#now();
    for (const [key, count] of this.#counts) {
      fill(count, nowMs);
      if (count.running === 0 && count.left >= (count.rate?.calls ?? 0)) this.#counts.delete(key);
    }
  }

  #usedOf({ session, rule }: Counted): number {
    return this.#sessions.get(session)?.get(rule.version) ?? 0;
  }

  #countOf({ rule, limits: { rate }, person }: Counted): Count | null {
    // A version is a digest of the whole rule, its name included, and holds no space.
    const key = `${rule.version} ${person}`;
    const known = this.#counts.get(key);
    if (known !== undefined) return known;
    if (this.#counts.size >= this.#most) return null;
    const count: Count = { rate, left: rate?.calls ?? 0, atMs: this.#now(), running: 0 };
    this.#counts.set(key, count);
    return count;
  }
}

const full: Exceeded = { code: "limits_full", retryAfterMs: sweepMs };

function fill(count: Count, nowMs: number): void {
  const { rate, atMs } = count;
  // A clock that was set back fills nothing, and is gone by from there.
  count.atMs = nowMs;
  if (rate === undefined || nowMs <= atMs) return;
  count.left = Math.min(rate.calls, count.left + ((nowMs - atMs) * rate.calls) / rate.per);
}
