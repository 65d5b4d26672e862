import { passOn } from "./broken-answer.ts";
import type { Caller } from "./caller.ts";
import type { Heard } from "./heard.ts";
import { answersMark } from "./event-ids.ts";
import { introductionIn } from "./introduction.ts";
import { headerValues, plainHeaders } from "./loopback-guard.ts";
import { askedBy, beginAnswer, type Onward } from "./onward.ts";
import { mayBeShort, passShort } from "./short-answer.ts";
import { wordsFor } from "./unanswered.ts";

/** Passes one request to the gateway and its answer back, both as they come. Never throws: a failure is answered, or ends the answer. */
export async function forward(caller: Caller, onward: Onward): Promise<void> {
  const { method, headers, body } = caller;
  const { conversations, client, signal } = onward;
  let answer: Heard | null = null;
  try {
    const taken = method === "POST" ? body.forGateway() : null;
    const sent = taken instanceof Promise ? await taken : taken;
    const said = Buffer.isBuffer(sent) ? introductionIn(headers, sent) : null;
    if (said !== null) onward.introduce(said);
    const asked = askedBy(caller, onward, sent);
    answer = await conversations.ask(asked, client);
    if (isRestOfAnswer(caller) && answer.isAnew) return lost(answer, caller);
    const { whole = null } = answer;
    if (whole !== null) return caller.answer(answer, whole);
    const stream = String(answer.headers["content-type"]).startsWith("text/event-stream");
    const isCall = method === "POST";
    if (isCall && !stream && mayBeShort(answer)) return await passShort(answer, caller);
    beginAnswer(caller.response, answer.status, answer.headers);
    await passOn(answer, caller.response, { body: stream && isCall ? body : null, asked, onward });
  } catch (error) {
    answer?.drop();
    const { response } = caller;
    if (response.headersSent || signal.aborted) response.destroy();
    else await answerFailure(caller, error);
  }
}

/** Whether a client comes back for the rest of an answer: its stream ends with that, and is no stream to stay on. */
export function isRestOfAnswer({ method, headers }: Pick<Caller, "method" | "headers">): boolean {
  return method === "GET" && headerValues(headers, "last-event-id")[0]?.startsWith(answersMark) === true;
}

/** The session that the answer belonged to is gone, and the answer with it. */
function lost(answer: Heard, caller: Caller): void {
  answer.drop();
  const error = { code: -32_600, message: "Countersign: this stream can't be taken up again: it is kept no more." };
  answerJson(caller, 400, { jsonrpc: "2.0", id: null, error });
}

/**
 * Answers that the tunnel can't pass a message on: a request by a JSON-RPC error of its id, which every client shows; what has no id,
 * or hides it, by 503.
 */
async function answerFailure(caller: Caller, error: unknown): Promise<void> {
  const words = wordsFor(error);
  const isPost = caller.method === "POST";
  const message = isPost ? await caller.body.message() : null;
  const isRequest = message !== null && message.id !== null;
  const isUnread = message?.isUnread ?? isPost;
  const answer =
    isRequest || isUnread
      ? { jsonrpc: "2.0", id: message?.id ?? null, error: words }
      : { error: { code: words.data.code, message: words.message } };
  answerJson(caller, isRequest ? 200 : 503, answer);
}

function answerJson(caller: Caller, status: number, value: object): void {
  // A body that wasn't read to its end leaves nothing to go on with on this connection.
  const close = caller.isRead ? {} : { connection: "close" };
  const headers = { ...plainHeaders, ...close, "content-type": "application/json" };
  caller.response.writeHead(status, Object.entries(headers).flat());
  caller.response.end(JSON.stringify(value));
}
