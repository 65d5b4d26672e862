import type { Verdict } from "../shared/approval.ts";
import type { Failure } from "../shared/errors.ts";
import { createStore, type Store } from "./store.ts";

/** What came of several requests that one press decided. */
export interface Batch {
  readonly verdict: Verdict;
  /** How many were decided with one press. */
  readonly of: number;
  /** Why some were not recorded, one for each. */
  readonly failed: readonly Failure[];
  /** How many were not sent at all, as the gateway had stopped answering. */
  readonly unsent: number;
}

/** The last of them that was not recorded whole, until the person has seen it. */
export interface Together {
  readonly last: Store<Batch | null>;
  /** Tells what came of one press; of a single request its own page tells. */
  tell(batch: Batch): void;
  dismiss(): void;
}

export function createTogether(): Together {
  const last = createStore<Batch | null>(null);
  return {
    last,
    tell(batch) {
      if (batch.of > 1 && batch.failed.length + batch.unsent > 0) last.set(batch);
    },
    dismiss: () => last.set(null),
  };
}
