/** The work, done at once when it is asked for, and again after `everyMs` where it was asked for meanwhile: never more often, and never not at all. */
export function paced(work: () => void, everyMs: number): () => void {
  let resting = false;
  let asked = false;
  const ask = (): void => {
    asked = resting;
    if (resting) return;
    resting = true;
    work();
    setTimeout(() => {
      resting = false;
      if (asked) ask();
    }, everyMs).unref();
  };
  return ask;
}
