import { isRpcId, kindOf } from "../shared/message.ts";
import { TargetError, type RpcId, type RpcMessage, type TargetMessage } from "../shared/target.ts";
import { bearWhile } from "./silence.ts";

type Messages = AsyncGenerator<TargetMessage, void, undefined>;

/** How long the target of one session may be silent in an answer: not counted while it waits for the client itself. */
export class Patience {
  readonly #silenceMs: number;
  /** The target's own requests that have no answer yet. */
  readonly #asking = new Set<RpcId>();
  #answeredMs = 0;

  /** Infinity: somebody else watches. */
  constructor(silenceMs: number) {
    this.#silenceMs = silenceMs;
  }

  /** The messages as they come; what they ask is noted. */
  async *note(messages: AsyncIterable<TargetMessage>): Messages {
    for await (const said of messages) {
      const { id } = said.message;
      if (kindOf(said.message) === "request" && isRpcId(id)) this.#asking.add(id);
      yield said;
    }
  }

  /** The client's answer, if it is one. */
  answered(message: RpcMessage): void {
    if (kindOf(message) !== "response" || !isRpcId(message.id)) return;
    if (this.#asking.delete(message.id)) this.#answeredMs = performance.now();
  }

  /** The messages of one answer. Throws TargetError `timeout` after too long a silence. */
  async *bear(answer: AsyncIterable<TargetMessage>): Messages {
    const messages = this.note(answer);
    let heardMs = performance.now();
    const leftMs = (): number => this.#leftMs(heardMs);
    const next = (): Promise<IteratorResult<TargetMessage>> =>
      Number.isFinite(this.#silenceMs) ? bearWhile(messages.next(), leftMs, this.#silenceMs) : messages.next();
    let waits = true;
    try {
      for (let step = await next(); step.done !== true; step = await next()) {
        yield step.value;
        heardMs = performance.now();
      }
    } catch (error) {
      waits = !(error instanceof TargetError && error.reason === "timeout");
      throw error;
    } finally {
      const left = messages.return();
      // Where it is silent, its end would be waited for in vain.
      if (waits) await left;
      else left.catch(() => undefined);
    }
  }

  #leftMs(heardMs: number): number {
    if (this.#asking.size > 0) return this.#silenceMs;
    return this.#silenceMs - (performance.now() - Math.max(heardMs, this.#answeredMs));
  }
}
