import { setTimeout as delay } from "node:timers/promises";
import { isJsonObject, type Json, type JsonObject } from "../../../shared/json.ts";
import { isRpcId, kindOf, paramsOf } from "../../../shared/message.ts";
import { TargetError, type RpcId, type RpcMessage, type TargetMessage } from "../../../shared/target.ts";
import { refusalCodes } from "../refusal.ts";
import { errorMessage } from "../rpc-failure.ts";

type Messages = AsyncGenerator<TargetMessage, void, undefined>;

/** As many as stock clients of 2026-07-28 go through. */
const mostRounds = 10;
/** More questions in one round than this are no conversation but a flood. */
const mostAsked = 64;
/** How long a round without questions is put off, and how long a client may take for its answers. */
const pauseMs = 250;
const answerMs = 10 * 60_000;

/** A modern target's rounds of input (2026-07-28, "Multi round-trip requests"), as requests to a legacy client. */
export class Questions {
  readonly #open = new Map<RpcId, (answer: RpcMessage) => void>();

  /** The client's answer, or the gateway's own refusal in its place, to a question that is open. */
  answer(message: RpcMessage): void {
    if (isRpcId(message.id)) this.#open.get(message.id)?.(message);
  }

  /** What the request says through all its rounds, the questions in between. `ask` makes one round. */
  async *rounds(
    message: RpcMessage,
    signal: AbortSignal,
    ask: (params: JsonObject) => AsyncIterable<TargetMessage>,
  ): Messages {
    let params = paramsOf(message);
    for (let round = 0; round < mostRounds; round += 1) {
      const input = yield* untilInput(ask(params));
      if (input === null) return;
      const { inputRequests, requestState } = input;
      const answers = yield* this.#ask(isJsonObject(inputRequests) ? inputRequests : {}, signal);
      if (typeof answers === "string") {
        yield { message: refused(message, answers) };
        return;
      }
      const { requestState: _before, inputResponses: _earlier, ...rest } = params;
      const state = requestState === undefined ? {} : { requestState };
      params = { ...rest, ...state, ...(Object.keys(answers).length === 0 ? {} : { inputResponses: answers }) };
    }
    yield { message: refused(message, `It still asked after ${mostRounds} rounds.`) };
  }

  /** Puts the questions to the client and gives its answers, or why there are none. */
  async *#ask(
    requests: JsonObject,
    signal: AbortSignal,
  ): AsyncGenerator<TargetMessage, JsonObject | string, undefined> {
    const entries = Object.entries(requests);
    if (entries.length === 0) await delay(pauseMs, undefined, { signal });
    if (entries.length > mostAsked) return "It asked for too much at once.";
    const asked = entries.map(([name, request]) => ({ name, request, ...this.#expect(signal) }));
    try {
      for (const { id, request } of asked) {
        if (!isJsonObject(request) || typeof request.method !== "string") return "It asked for nothing that is known.";
        const { method, params = {} } = request;
        yield { message: { jsonrpc: "2.0", id, method, params } };
      }
      const answers: Record<string, Json> = {};
      for (const { name, answer } of asked) {
        const { result, error } = await answer;
        if (error !== undefined) return isJsonObject(error) && typeof error.message === "string" ? error.message : "";
        answers[name] = result ?? {};
      }
      return answers;
    } finally {
      for (const { id } of asked) this.#open.delete(id);
    }
  }

  #expect(signal: AbortSignal): { readonly id: RpcId; readonly answer: Promise<RpcMessage> } {
    const id = `countersign-ask-${crypto.randomUUID()}`;
    const { promise, resolve, reject } = Promise.withResolvers<RpcMessage>();
    const late = AbortSignal.any([signal, AbortSignal.timeout(answerMs)]);
    late.addEventListener("abort", () => reject(new TargetError("timeout", "The client did not answer in time.")), {
      once: true,
    });
    promise.catch(() => undefined); // told to whoever waits for it
    this.#open.set(id, resolve);
    return { id, answer: promise };
  }
}

/** Passes on what one round says; the result that asks for input, or null once the response was passed on. */
async function* untilInput(round: AsyncIterable<TargetMessage>): AsyncGenerator<TargetMessage, JsonObject | null> {
  for await (const said of round) {
    const { result } = said.message;
    if (isJsonObject(result) && result.resultType === "input_required") return result;
    yield said;
    if (kindOf(said.message) === "response") return null;
  }
  throw new TargetError("crashed", "The target ended its answer without a response.");
}

function refused({ id }: RpcMessage, why: string): RpcMessage {
  const message = `The target asked for input that it didn't get, so the call did not end. ${why}`.trimEnd();
  return errorMessage(isRpcId(id) ? id : null, {
    code: refusalCodes.targetFailed,
    message,
    data: { code: "input_refused" },
  });
}
