import { channelWindow } from "../../shared/agent-link.ts";
import type { StreamSign, TargetMessage } from "../../shared/target.ts";

/** One request or stream over a link: what the agent says of it, until somebody takes it. */
export class Channel {
  readonly #used: (characters: number) => void;
  readonly #onStream: (sign: StreamSign) => void;
  #waiting: { readonly said: TargetMessage; readonly characters: number }[] = [];
  #outstanding = 0;
  #end: { readonly error: unknown } | "ended" | undefined;
  #wake: (() => void) | undefined;

  /** `used` hears how many characters were taken, for the agent's credit; `onStream` what the answer's stream does. */
  constructor(used: (characters: number) => void, onStream: (sign: StreamSign) => void = () => undefined) {
    this.#used = used;
    this.#onStream = onStream;
  }

  /** False where the agent sent beyond its credit: memory must not depend on its good will. */
  push(said: TargetMessage, characters: number): boolean {
    if (this.#end !== undefined) return true;
    if (this.#outstanding >= channelWindow) return false;
    this.#outstanding += characters;
    this.#waiting.push({ said, characters });
    this.#notify();
    return true;
  }

  sign(sign: StreamSign): void {
    if (this.#end === undefined) this.#onStream(sign);
  }

  /** Lets the reader finish what waits, then ends. */
  end(): void {
    this.#end ??= "ended";
    this.#notify();
  }

  /** Lets the reader finish what waits, then throws. */
  fail(error: unknown): void {
    this.#end ??= { error };
    this.#notify();
  }

  /** Drops what waits, then throws. */
  abandon(error: unknown): void {
    this.#waiting = [];
    this.#end = { error };
    this.#notify();
  }

  async *read(): AsyncGenerator<TargetMessage, void, undefined> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next !== undefined) {
        yield next.said;
        // Asked for more, so this one is used.
        this.#outstanding -= next.characters;
        if (this.#end === undefined) this.#used(next.characters);
      } else if (this.#end === "ended") return;
      else if (this.#end !== undefined) throw this.#end.error;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
