import type { IncomingMessage, ServerResponse } from "node:http";
import type { Dispatcher } from "undici";
import { isRepeatableMethod, readMessage } from "./client-message.ts";
import type { Conversations } from "./conversations.ts";
import type { Ending } from "./departure.ts";
import type { Introduction } from "./introduction.ts";
import { answerHeaders } from "./tunnel-headers.ts";
import type { Answer } from "./upstream/answer.ts";
import type { Asked } from "./upstream/upstream.ts";

/** Where an admitted request goes, and as whose. */
export interface Onward {
  readonly conversations: Conversations;
  /** The connection's name, or `everything`. */
  readonly connection: string;
  /** The client's id. */
  readonly client: string;
  /** Claims about this side: `Countersign-Client`, `Countersign-Device`. */
  readonly claims: () => Readonly<Record<string, string>>;
  /** Notes how the client names itself as a conversation begins. */
  readonly introduce: (said: Introduction) => void;
  /** Ends both sides of the exchange. */
  readonly signal: Ending;
}

/** The client's request as the upstream takes it. */
export function askedBy(request: IncomingMessage, onward: Onward, body: Asked["body"]): Asked {
  const { connection, claims, signal } = onward;
  return {
    // Checked by the guard.
    method: request.method as Dispatcher.HttpMethod,
    connection,
    headers: request.rawHeaders,
    body,
    isRepeatable: () => isRepeatable(body),
    claims,
    signal,
  };
}

/** Writes an answer's head. A stream's goes out before its first event, which may be minutes away. */
export function beginAnswer(response: ServerResponse, status: number, given: IncomingMessage["headers"]): void {
  response.writeHead(status, answerHeaders(given));
  if (given["content-length"] === undefined) response.flushHeaders();
}

/** Writes an answer that has come whole: head and body in one go. */
export function endAnswer(
  response: ServerResponse,
  { status, headers }: Pick<Answer, "status" | "headers">,
  body: Buffer,
): void {
  response.writeHead(status, answerHeaders(headers));
  response.end(body);
}

function isRepeatable(body: Asked["body"]): boolean {
  if (body === null) return true;
  return Buffer.isBuffer(body) && isRepeatableMethod(readMessage(body).method);
}
