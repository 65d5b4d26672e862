import { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { callbackify } from "node:util";
import type { Caller } from "./caller.ts";
import { beginAnswer } from "./onward.ts";
import { written } from "./paced-writes.ts";
import { AnswerBrokenOff } from "./unanswered.ts";
import type { Answer } from "./upstream/answer.ts";

/** As much of an answer is held until it is whole, in bytes: the gateway writes a longer one as an event stream. */
const mostHeld = 256 * 1024;

/** Whether an answer may be short enough to be held. */
export function mayBeShort({ headers }: Answer): boolean {
  return Number(headers["content-length"] ?? 0) <= mostHeld;
}

/**
 * Passes on an answer that is no event stream once it is whole: nothing can be said after half of one. Where it breaks off it rejects with
 * `AnswerBrokenOff`, before anything is written. One that proves longer goes on as it comes, and rejects with what breaks it.
 */
export async function passShort(answer: Answer, caller: Caller): Promise<void> {
  const { response } = caller;
  const through = new HeldBack(caller, answer);
  const leave = () => through.destroy();
  response.once("close", leave);
  try {
    if (response.destroyed) leave();
    await answer.pass(through);
    through.end();
    await finished(through);
  } catch (error) {
    throw response.headersSent || response.destroyed ? error : new AnswerBrokenOff(error);
  } finally {
    response.off("close", leave);
  }
}

class HeldBack extends Writable {
  readonly #caller: Caller;
  readonly #answer: Answer;
  #held: Buffer[] = [];
  #size = 0;

  constructor(caller: Caller, answer: Answer) {
    super();
    this.#caller = caller;
    this.#answer = answer;
    this.on("error", () => undefined);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    callbackify(async () => await this.#take(chunk))(done);
  }

  override _final(done: (error?: Error | null) => void): void {
    const { response } = this.#caller;
    if (response.headersSent) response.end();
    else this.#caller.answer(this.#answer, Buffer.concat(this.#held));
    done();
  }

  async #take(chunk: Buffer): Promise<void> {
    this.#size += chunk.length;
    this.#held.push(chunk);
    if (this.#size <= mostHeld) return;
    const { response } = this.#caller;
    if (!response.headersSent) beginAnswer(response, this.#answer.status, this.#answer.headers);
    for (const part of this.#held.splice(0)) await written(response, part);
  }
}
