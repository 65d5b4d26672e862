/** Works that must not meet take turns, in the order in which they are asked for. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Resolves once all that was asked for is over. */
  async over(): Promise<void> {
    await this.#last;
  }
}
