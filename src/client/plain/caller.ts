import type { Caller, Outgoing } from "../caller.ts";
import { heldBody } from "../seen-body.ts";
import type { Answer } from "../upstream/answer.ts";
import type { PlainRequest } from "./request.ts";
import { measured } from "./whole-answer.ts";

/** The two ways of an answer to a plain request: whole at once, or as it comes. */
export interface Answering {
  answer(answer: Pick<Answer, "status" | "headers">, body: Buffer): void;
  response(): Outgoing;
}

/** Whoever sent a plain request. */
export class PlainCaller implements Caller {
  readonly method = "POST";
  readonly isRead = true;
  readonly headers: PlainRequest["headers"];
  readonly body: Caller["body"];
  readonly #connection: Answering;
  #response: Outgoing | null = null;

  constructor(connection: Answering, { headers, body }: PlainRequest) {
    this.#connection = connection;
    this.headers = headers;
    this.body = heldBody(body);
  }

  get response(): Outgoing {
    return (this.#response ??= this.#connection.response());
  }

  answer(answer: Pick<Answer, "status" | "headers">, body: Buffer): void {
    const response = this.#response;
    if (response === null) return this.#connection.answer(answer, body);
    response.writeHead(answer.status, measured(answer, body.length));
    response.end(body);
  }
}
