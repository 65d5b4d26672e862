import { setTimeout as delay } from "node:timers/promises";
import { kindOf } from "../shared/message.ts";
import { SseParser } from "../shared/sse.ts";
import { TargetError, type RpcMessage, type StreamSign, type TargetMessage } from "../shared/target.ts";
import { messagesOf } from "./http-events.ts";
import { settle, type Body } from "./http-exchange.ts";

/** Tries after a break, until the stream brings a new event. */
const attempts = 3;
const firstRetryMs = 250;
/** However soon a target wants its client back: it can close a stream as often as it likes. */
const leastRetryMs = 50;
const longestRetryMs = 30_000;

/** What an answer's stream may do, and who hears of it. */
export interface Hearing {
  /** How long the target may be silent now, in milliseconds. */
  readonly silenceMs: () => number;
  readonly onStream: (sign: StreamSign) => void;
}

/** Opens the rest of a stream, after this event. */
export type Reopen = (lastEventId: string) => Promise<Body>;

/**
 * The messages of a request's event stream, its response last. A stream that ends or breaks before is taken up again
 * after its last event (2025-11-25, "Resumability and Redelivery") where `reopen` is given and it handed out ids.
 * Throws TargetError, `crashed` where it can't be taken up.
 */
export async function* answerOf(
  request: RpcMessage,
  first: Body,
  reopen: Reopen | null,
  hearing: Hearing,
  signal: AbortSignal,
): AsyncGenerator<TargetMessage, void, undefined> {
  const resumption = new Resumption(signal);
  let body = first;
  let begun = false;
  for (;;) {
    const parser = new SseParser();
    const begin = (): void => {
      if (!begun) hearing.onStream({ sign: "begun", retryMs: parser.retryMs });
      begun = true;
    };
    const broken = yield* untilBroken(request, body, parser, hearing.silenceMs, begin);
    if (broken === null) return;
    resumption.note(parser);
    if (reopen === null || broken.reason !== "crashed") throw broken;
    if (broken.cause === undefined) hearing.onStream({ sign: "paused" });
    body = await resumption.next(reopen, broken);
  }
}

/** Passes messages on up to the response: null once that has come, otherwise why it didn't. */
async function* untilBroken(
  request: RpcMessage,
  body: Body,
  parser: SseParser,
  silenceMs: () => number,
  onEvent: () => void,
): AsyncGenerator<TargetMessage, TargetError | null, undefined> {
  let answered = false;
  try {
    for await (const heard of messagesOf(body, parser, silenceMs, onEvent)) {
      const isResponse = kindOf(heard.message) === "response";
      answered = isAnswerTo(request, heard.message);
      // A response to something else has no business here.
      if (answered || !isResponse) yield heard;
      if (answered) return null;
    }
    return new TargetError("crashed", "The target ended its answer before the response.");
  } catch (error) {
    if (error instanceof TargetError) return error;
    throw error;
  } finally {
    if (answered) settle(body);
    else body.destroy();
  }
}

/** How far a stream came, and how often it was taken up since. */
class Resumption {
  readonly #signal: AbortSignal;
  #lastEventId = "";
  #retryMs: number | undefined;
  #tries = 0;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  note({ lastEventId, retryMs }: SseParser): void {
    this.#retryMs = retryMs ?? this.#retryMs;
    if (lastEventId === "" || lastEventId === this.#lastEventId) return;
    this.#lastEventId = lastEventId;
    this.#tries = 0;
  }

  /** The rest of the stream. Throws what broke it where there is none to be had. */
  async next(reopen: Reopen, broken: TargetError): Promise<Body> {
    while (this.#lastEventId !== "" && this.#tries < attempts) {
      await delay(this.#pauseMs(), undefined, { signal: this.#signal });
      this.#tries += 1;
      try {
        return await reopen(this.#lastEventId);
      } catch (error) {
        if (!(error instanceof TargetError) || error.reason === "session-lost") throw error;
        if (error.reason === "http" || error.reason === "protocol") break; // it doesn't resume streams
      }
    }
    throw broken;
  }

  #pauseMs(): number {
    const wishedMs = this.#retryMs ?? firstRetryMs * 2 ** this.#tries;
    return Math.min(Math.max(wishedMs, leastRetryMs), longestRetryMs) * (1 + Math.random() / 4);
  }
}

/** Whether a message is this request's response. */
export function isAnswerTo(request: RpcMessage, message: RpcMessage): boolean {
  return kindOf(message) === "response" && message.id === request.id;
}
