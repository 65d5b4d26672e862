import { UnderWay, type Place } from "../../shared/under-way.ts";
import type { Admission } from "./admission.ts";
import type { Present } from "./present.ts";

/** Why what was let in ends: its session or token is over, or an administrator or its owner revoked it. */
export type End = "over" | "revoked";

/**
 * With what something ends besides a revocation: `over`, with its own session or token; `absent`, once its principal has shown nothing that still holds
 * (a held call outlives the token that it came with, rule 4); `revoked`, with nothing else, as it has an end of its own.
 */
export type Until = End | "absent";

interface Kept {
  readonly admission: Admission;
  readonly until: Until;
  readonly end: (why: End) => void;
}

/** What goes on after it was let in: streams, held calls, answers under way. All end with what they were let in on. */
export class Lasting {
  readonly #kept = new UnderWay<Kept>();
  readonly #present: Pick<Present, "current">;
  readonly #now: () => number;

  constructor(present: Pick<Present, "current">, now: () => number) {
    this.#present = present;
    this.#now = now;
  }

  /** Calls `end` once, when its time has come; the returned function lets go of it. */
  keep(admission: Admission, until: Until, end: (why: End) => void): () => void {
    const place = this.#kept.enter({ admission, until, end });
    return () => void this.#kept.leave(place);
  }

  /** Aborts with the end as its reason, unless `done` comes first. */
  signal(admission: Admission, until: Until, done: AbortSignal): AbortSignal {
    const ended = new AbortController();
    const leave = this.keep(admission, until, (why) => ended.abort(why));
    done.addEventListener("abort", leave, { once: true });
    return ended.signal;
  }

  /** Ends what is over by now. */
  sweep(): void {
    for (const place of this.#kept.places()) if (this.#isOver(place.value)) this.#end(place, "over");
  }

  /** Ends at once what was let in so. */
  revoke(isRevoked: (admission: Admission) => boolean): void {
    for (const place of this.#kept.places()) if (isRevoked(place.value.admission)) this.#end(place, "revoked");
  }

  #isOver({ until, admission: { principal, session } }: Kept): boolean {
    if (until === "revoked") return false;
    if (until === "absent") return this.#present.current(principal.id) === undefined;
    return session?.isEnded === true || principal.expiresAtMs <= this.#now();
  }

  #end(place: Place<Kept>, why: End): void {
    // The end of another may have been its own.
    if (this.#kept.leave(place)) place.value.end(why);
  }
}
