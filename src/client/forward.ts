import type { IncomingMessage, ServerResponse } from "node:http";
import type { Dispatcher } from "undici";
import { CountersignError, toFailure, type Failure } from "../shared/errors.ts";
import { passOn } from "./broken-answer.ts";
import type { TokenSource } from "./gateway.ts";
import { plainHeaders } from "./loopback-guard.ts";
import { seeBody, type SeenBody } from "./seen-body.ts";
import { answerHeaders, requestHeaders } from "./tunnel-headers.ts";

/** Where an admitted request goes, and as whose. */
export interface Onward {
  readonly dispatcher: Dispatcher;
  /** The pinned gateway. */
  readonly origin: string;
  readonly path: string;
  readonly token: TokenSource;
  /** Claims about this side: `Countersign-Client`, `Countersign-Device`. */
  readonly claims: () => Readonly<Record<string, string>>;
  /** Ends both sides of the exchange. */
  readonly signal: AbortSignal;
}

/** Passes one request to the gateway and its answer back, both as they come. Never throws: a failure is answered, or ends the answer. */
export async function forward(request: IncomingMessage, response: ServerResponse, onward: Onward): Promise<void> {
  const body = seeBody(request);
  try {
    const answer = await send(request, body, onward);
    const headers = answerHeaders(answer.headers);
    response.writeHead(answer.statusCode, headers);
    // A stream's headers go out before its first event, which may be minutes away.
    if (!headers.includes("content-length")) response.flushHeaders();
    const stream = String(answer.headers["content-type"]).startsWith("text/event-stream");
    await passOn(answer.body, response, stream && request.method === "POST" ? body : null, onward.signal);
  } catch (error) {
    if (response.headersSent || onward.signal.aborted) response.destroy();
    else await answerFailure(request, response, body, toFailure(error));
  }
}

/** Answers that the tunnel can't pass a call on: 503, with a JSON-RPC error for a POST. MCP clients report it and carry on. */
async function answerFailure(
  request: IncomingMessage,
  response: ServerResponse,
  body: SeenBody,
  failure: Failure,
): Promise<void> {
  const { code } = failure;
  const message = `Countersign: ${failure.message}`;
  const answer =
    request.method === "POST"
      ? { jsonrpc: "2.0", id: await body.id(), error: { code: serverError, message, data: { code } } }
      : { error: { code, message } };
  const headers = { ...plainHeaders, "content-type": "application/json", connection: "close" };
  response.writeHead(503, headers).end(JSON.stringify(answer));
}

/** JSON-RPC 2.0, section 5.1: from -32000 to -32099 for the implementation. */
const serverError = -32000;

type Answer = Pick<Dispatcher.ResponseData, "statusCode" | "headers" | "body">;

async function send(request: IncomingMessage, body: SeenBody, onward: Onward): Promise<Answer> {
  const hasBody = request.method === "POST";
  const tokens = await onward.token();
  if (hasBody) request.pipe(body.stream);
  const first = await exchange(request, hasBody ? body.stream : null, tokens.accessToken, onward);
  if (first.statusCode !== 401) return await passable(first);
  // The token ended under way. The gateway forwards nothing before it is verified, so the same request may go again.
  await first.body.dump();
  const fresh = await onward.token({ force: true });
  const again = hasBody ? body.whole() : null;
  if (hasBody && again === null)
    throw new CountersignError("transient", "The session was renewed during this call: call again.");
  const second = await exchange(request, again, fresh.accessToken, onward);
  if (second.statusCode !== 401) return await passable(second);
  await second.body.dump();
  throw new CountersignError("reauthentication_needed", "The gateway refuses this session: sign in again.");
}

async function passable(answer: Answer): Promise<Answer> {
  if (answer.statusCode < 300 || answer.statusCode >= 400) return answer;
  // A redirect would lead the client, with its token, to an address that nobody pinned.
  await answer.body.dump();
  throw new CountersignError("misconfigured", "The gateway's address redirects elsewhere: ask who runs it.");
}

async function exchange(
  request: IncomingMessage,
  body: SeenBody["stream"] | Buffer | null,
  accessToken: string,
  onward: Onward,
): Promise<Answer> {
  const ours = { authorization: `Bearer ${accessToken}`, ...onward.claims() };
  const headers = requestHeaders(request.rawHeaders, body === null, ours);
  try {
    return await onward.dispatcher.request({
      origin: onward.origin,
      path: onward.path,
      // Checked by the guard.
      method: request.method as Dispatcher.HttpMethod,
      headers,
      body,
      signal: onward.signal,
      // A held call may wait for its decision as long as the gateway lets it.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  } catch (cause) {
    const message = `${onward.origin} does not answer: check the network, then call again.`;
    throw new CountersignError("gateway_unreachable", message, { cause });
  }
}
