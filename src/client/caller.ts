import type { IncomingMessage, ServerResponse } from "node:http";
import type { Writable } from "node:stream";
import type { Ending } from "./departure.ts";
import type { RawHeaders } from "./loopback-guard.ts";
import { seeBody, type SeenBody } from "./seen-body.ts";
import { answerHeaders } from "./tunnel-headers.ts";
import type { Answer } from "./upstream/answer.ts";

/** An answer on its way to a client: what is used of Node's ServerResponse. */
export interface Outgoing extends Writable {
  readonly headersSent: boolean;
  /** `headers`: name and value in turn. */
  writeHead(status: number, headers: string[]): unknown;
  flushHeaders(): void;
}

/** A request that was let in, and the way back to whoever sent it. */
export interface Caller {
  readonly method: string;
  readonly headers: RawHeaders;
  readonly body: SeenBody;
  /** Whether the connection can go on after an answer: nothing of this request is left to be read. */
  readonly isRead: boolean;
  /** For an answer that goes out as it comes. */
  readonly response: Outgoing;
  /** Answers at once, with a body that has come whole. */
  answer(answer: Pick<Answer, "status" | "headers">, body: Buffer): void;
}

/** One whose request Node's server reads. `signal` ends with the client. */
export function servedCaller(request: IncomingMessage, response: ServerResponse, signal: Ending): Caller {
  return {
    method: request.method ?? "",
    headers: request.rawHeaders,
    body: seeBody(request, signal),
    get isRead() {
      return request.complete;
    },
    response,
    answer({ status, headers }, body) {
      response.writeHead(status, answerHeaders(headers));
      response.end(body);
    },
  };
}
