import { finished } from "node:stream/promises";
import type { Caller } from "./caller.ts";
import { HeldBack } from "./held-back.ts";
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
  const through = new HeldBack(mostHeld, {
    whole: (body) => caller.answer(answer, body),
    async part(bytes) {
      if (!response.headersSent) beginAnswer(response, answer.status, answer.headers);
      await written(response, bytes);
    },
  });
  const leave = () => through.destroy();
  response.once("close", leave);
  try {
    if (response.destroyed) leave();
    await answer.pass(through);
    through.end();
    await finished(through);
    if (!response.writableEnded && response.headersSent) response.end();
  } catch (error) {
    throw response.headersSent || response.destroyed ? error : new AnswerBrokenOff(error);
  } finally {
    response.off("close", leave);
  }
}
