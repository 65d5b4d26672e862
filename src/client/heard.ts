import type { IncomingHttpHeaders } from "node:http";
import type { Writable } from "node:stream";
import type { Answer } from "./upstream/answer.ts";

/** What a client hears of the gateway's answer. */
export interface Heard extends Answer {
  /** The session is another one since the client's last request. */
  readonly isAnew: boolean;
}

/** The answer to a request of the session that the client calls so; null for one of none. */
export function heard(answer: Answer, session: string | null, isAnew: boolean): Heard {
  return new Passed(answer, session, isAnew);
}

/** The gateway's answer, under the name by which the client knows its session. */
class Passed implements Heard {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly isAnew: boolean;
  readonly #answer: Answer;

  constructor(answer: Answer, session: string | null, isAnew: boolean) {
    const { status, headers } = answer;
    const isNamed = session !== null && headers["mcp-session-id"] !== undefined;
    this.status = status;
    this.headers = isNamed ? { ...headers, "mcp-session-id": session } : headers;
    this.isAnew = isAnew;
    this.#answer = answer;
  }

  get whole(): Buffer | null {
    return this.#answer.whole ?? null;
  }

  pass(into: Writable): Promise<void> {
    return this.#answer.pass(into);
  }

  text(mostBytes: number): Promise<string | null> {
    return this.#answer.text(mostBytes);
  }

  drop(): void {
    this.#answer.drop();
  }
}

/** An answer that has been read already, or not to its end: it is as long as what is left of it. */
export function alreadyRead(
  { status, headers }: Pick<Answer, "status" | "headers">,
  text: string | null,
  session: string,
): Heard {
  const body = text ?? "";
  const { "content-length": _length, ...rest } = headers;
  return {
    status,
    headers: rest["mcp-session-id"] === undefined ? rest : { ...rest, "mcp-session-id": session },
    isAnew: false,
    pass: async (into) => {
      if (body !== "") into.write(Buffer.from(body));
    },
    text: async () => body,
    drop: () => undefined,
  };
}
