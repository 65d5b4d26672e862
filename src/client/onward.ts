import type { IncomingHttpHeaders } from "node:http";
import type { Caller, Outgoing } from "./caller.ts";
import { isRepeatableMethod, readMessage } from "./client-message.ts";
import type { Conversations } from "./conversations.ts";
import type { Ending } from "./departure.ts";
import type { Introduction } from "./introduction.ts";
import { answerHeaders } from "./tunnel-headers.ts";
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
export function askedBy(
  { method, headers }: Pick<Caller, "method" | "headers">,
  onward: Onward,
  body: Asked["body"],
): Asked {
  const { connection, claims, signal } = onward;
  return {
    // Checked by the guard.
    method,
    connection,
    headers,
    body,
    isRepeatable: () => isRepeatable(body),
    claims,
    signal,
  };
}

/**
 * Writes an answer's head. A stream's goes out before its first event, which may be minutes away, and without a length: one that breaks off
 * is ended by events of the tunnel's own.
 */
export function beginAnswer(response: Outgoing, status: number, given: IncomingHttpHeaders): void {
  const { "content-length": length, ...rest } = given;
  const isMeasured = length !== undefined && !String(given["content-type"]).startsWith("text/event-stream");
  response.writeHead(status, answerHeaders(isMeasured ? given : rest));
  if (!isMeasured) response.flushHeaders();
}

function isRepeatable(body: Asked["body"]): boolean {
  if (body === null) return true;
  return Buffer.isBuffer(body) && isRepeatableMethod(readMessage(body).method);
}
