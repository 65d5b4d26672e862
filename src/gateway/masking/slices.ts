/** Work that may be put aside at each yield, and its result. */
export type Sliced<T> = Generator<undefined, T>;

/** Does all of the work at once. */
export function atOnce<T>(work: Sliced<T>): T {
  for (;;) {
    const next = work.next();
    if (next.done === true) return next.value;
  }
}

/** How long one slice may take, in milliseconds: another call waits no longer than that and the piece of work under way. */
const sliceMs = 1;

/** Does the work in slices, between which everything else that waits is served. */
export async function inSlices<T>(work: Sliced<T>): Promise<T> {
  for (;;) {
    const until = performance.now() + sliceMs;
    do {
      const next = work.next();
      if (next.done === true) return next.value;
    } while (performance.now() < until);
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
}
