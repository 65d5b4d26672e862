import { inSlices, type Sliced } from "../shared/slices.ts";

/** Does the work in slices of a millisecond, between which everything else that waits is served. */
export function inTurns<T>(work: Sliced<T>): Promise<T> {
  return inSlices(work, () => new Promise((resolve) => void setImmediate(resolve)));
}
