import type { IncomingMessage, ServerResponse } from "node:http";
import { passOn } from "./broken-answer.ts";
import type { Heard } from "./heard.ts";
import { answersMark } from "./event-ids.ts";
import { introductionIn } from "./introduction.ts";
import { keepListening } from "./listening.ts";
import { headerValues, plainHeaders } from "./loopback-guard.ts";
import { askedBy, beginAnswer, endAnswer, type Onward } from "./onward.ts";
import { seeBody, type SeenBody } from "./seen-body.ts";
import { mayBeShort, passShort } from "./short-answer.ts";
import { wordsFor } from "./unanswered.ts";

/** Passes one request to the gateway and its answer back, both as they come. Never throws: a failure is answered, or ends the answer. */
export async function forward(request: IncomingMessage, response: ServerResponse, onward: Onward): Promise<void> {
  const isRest = isRestOfAnswer(request);
  if (request.method === "GET" && !isRest) return await keepListening(request, response, onward);
  const { conversations, client, signal } = onward;
  const body = seeBody(request, signal);
  try {
    const sent = request.method === "POST" ? await body.forGateway() : null;
    const said = Buffer.isBuffer(sent) ? introductionIn(request.headers, sent) : null;
    if (said !== null) onward.introduce(said);
    const asked = askedBy(request, onward, sent);
    const answer = await conversations.ask(asked, client);
    if (isRest && answer.isAnew) return lost(answer, response);
    const { whole = null } = answer;
    if (whole !== null) return endAnswer(response, answer, whole);
    const stream = String(answer.headers["content-type"]).startsWith("text/event-stream");
    const isCall = request.method === "POST";
    if (isCall && !stream && mayBeShort(answer)) return await passShort(answer, response);
    beginAnswer(response, answer.status, answer.headers);
    await passOn(answer, response, { body: stream && isCall ? body : null, asked, onward });
  } catch (error) {
    if (response.headersSent || signal.aborted) response.destroy();
    else await answerFailure(request, response, body, error);
  }
}

/** Whether a client comes back for the rest of an answer: its stream ends with that, and is no stream to stay on. */
function isRestOfAnswer({ method, rawHeaders }: IncomingMessage): boolean {
  return method === "GET" && headerValues(rawHeaders, "last-event-id")[0]?.startsWith(answersMark) === true;
}

/** The session that the answer belonged to is gone, and the answer with it. */
function lost(answer: Heard, response: ServerResponse): void {
  answer.drop();
  const error = { code: -32_600, message: "Countersign: this stream can't be taken up again: it is kept no more." };
  response.writeHead(400, { ...plainHeaders, "content-type": "application/json" });
  response.end(JSON.stringify({ jsonrpc: "2.0", id: null, error }));
}

/**
 * Answers that the tunnel can't pass a message on: a request by a JSON-RPC error of its id, which every client shows; what has no id,
 * or hides it, by 503.
 */
async function answerFailure(
  request: IncomingMessage,
  response: ServerResponse,
  body: SeenBody,
  error: unknown,
): Promise<void> {
  const words = wordsFor(error);
  const message = request.method === "POST" ? await body.message() : null;
  const isRequest = message !== null && message.id !== null;
  const isUnread = message?.isUnread ?? request.method === "POST";
  const answer =
    isRequest || isUnread
      ? { jsonrpc: "2.0", id: message?.id ?? null, error: words }
      : { error: { code: words.data.code, message: words.message } };
  // A body that wasn't read to its end leaves nothing to go on with on this connection.
  const close = request.complete ? {} : { connection: "close" };
  const headers = { ...plainHeaders, ...close, "content-type": "application/json" };
  response.writeHead(isRequest ? 200 : 503, headers).end(JSON.stringify(answer));
}
