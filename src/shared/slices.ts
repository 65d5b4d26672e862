/** Work that may be put aside at each yield, and its result. */
export type Sliced<T> = Generator<undefined, T>;

/** Resolves in a later turn of the event loop, once everything else that waits was served. */
export type Pause = () => Promise<void>;

/** Does all of the work at once. */
export function atOnce<T>(work: Sliced<T>): T {
  for (;;) {
    const next = work.next();
    if (next.done === true) return next.value;
  }
}

/** How long one slice may take, in milliseconds: another call waits no longer than that and the piece of work under way. */
const sliceMs = 1;

/** Whose turn is next: one slice a turn of the event loop, however many works there are. */
let line: Promise<void> = Promise.resolve();

/** Does the work in slices, between which everything else that waits is served. Short work is done at once. */
export async function inSlices<T>(work: Sliced<T>, pause: Pause): Promise<T> {
  for (;;) {
    const until = performance.now() + sliceMs;
    do {
      const next = work.next();
      if (next.done === true) return next.value;
    } while (performance.now() < until);
    await (line = line.then(pause));
  }
}
