import type { CountersignError } from "../../shared/errors.ts";

/** An answer under way, as far as it can be given up. */
interface UnderWay {
  abort(reason: Error): void;
}

/**
 * The answers that are under way. One may be silent for as long as its call takes, so that silence alone says nothing; but where nothing at all
 * comes from the gateway, and new connections to it bring no answer either, it is gone without a word, and so is what it would have said.
 */
export class Followed {
  readonly #all = new Set<UnderWay>();
  #unanswered = 0;

  get size(): number {
    return this.#all.size;
  }

  /** Until what is returned is called. */
  add(answer: UnderWay): () => void {
    this.#all.add(answer);
    return () => void this.#all.delete(answer);
  }

  /** Nothing came from the gateway for so long: whether it is worth a probe. */
  isDoubtful(quietForMs: number): boolean {
    if (quietForMs < quietMs) this.#unanswered = 0;
    return this.#all.size > 0 && quietForMs >= quietMs;
  }

  /** A probe has ended, in this or well. A gateway that refuses it lives, or has ended in a way that its connections tell. */
  probed(error: CountersignError | null): void {
    this.#unanswered = error !== null && isSilence(error.cause) ? this.#unanswered + 1 : 0;
    if (error === null || this.#unanswered < mostUnanswered) return;
    this.#unanswered = 0;
    for (const answer of this.#all) answer.abort(error);
  }
}

/** How long nothing may come before somebody asks, and as many times in turn nobody answers: 8 s in all, where a connection of its own tells after 25 s. */
const quietMs = 5_000;
const mostUnanswered = 2;

function isSilence(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && cause.code === "ETIMEDOUT";
}
