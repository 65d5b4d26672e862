/** How long an orderly end may take before the process ends anyhow. */
const patienceMs = 20_000;
const parentCheckMs = 250;

/**
 * The demo's life: what was started is ended in reverse order at SIGINT, SIGTERM, SIGHUP, the end of the parent
 * process or a closed standard output, also while start-up is still under way.
 */
export class Lifetime {
  readonly #ends: (() => void | Promise<void>)[] = [];
  #ending = false;

  get ending(): boolean {
    return this.#ending;
  }

  /** Remembers how to end something. Where the end has begun already, it is ended at once and this throws. */
  add(end: () => void | Promise<void>): void {
    if (this.#ending) {
      void end();
      throw new Error("The demo is ending.");
    }
    this.#ends.push(end);
  }

  /** Ends all and then the process, with this status. */
  async end(status: number): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    process.exitCode = status;
    setTimeout(() => process.exit(), patienceMs);
    for (const end of this.#ends.toReversed()) {
      try {
        await end();
      } catch (error) {
        // What can't be ended in order must not keep the rest from being ended.
        process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
      }
    }
    process.exit();
  }

  /** Begins to listen for reasons to end. Signals that come again (npm passes on its own besides) change nothing. */
  watch(): void {
    const stop = (): void => void this.end(0);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
    process.stdout.on("error", stop);
    // Nobody tells an orphan; it has another parent all of a sudden.
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent) stop();
    }, parentCheckMs).unref();
  }
}
