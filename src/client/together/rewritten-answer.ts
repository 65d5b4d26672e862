import { once } from "node:events";
import { Writable } from "node:stream";
import { callbackify } from "node:util";
import type { Json } from "../../shared/json.ts";
import { encodeSse, encodeSseComment, encodeSsePriming, type SseEvent } from "../../shared/sse.ts";
import { EventParts } from "../event-parts.ts";
import type { Heard } from "../heard.ts";
import { HeldBack } from "../held-back.ts";
import { isStream } from "../listening.ts";
import { written } from "../paced-writes.ts";
import { towardsClient } from "./rewriting.ts";

/** What an event of a connection's is called in the one server; null for what can't be taken up again there. */
type Mark = (id: string) => string | null;

/** A connection's answer for the client of the one server. Without `mark` it can't be taken up again. */
export function rewrittenAnswer(
  answer: Heard,
  connection: string,
  session: string | null,
  mark: Mark = () => null,
): Heard {
  const { "content-length": _length, "mcp-session-id": _session, ...headers } = answer.headers;
  const stream = isStream(answer);
  return {
    status: answer.status,
    headers: session === null ? headers : { ...headers, "mcp-session-id": session },
    isAnew: false,
    async pass(into) {
      const through = stream ? new RewrittenEvents(connection, into, mark) : rewrittenBody(connection, into);
      into.once("close", () => through.destroy());
      await answer.pass(through);
      through.end();
      if (!through.writableFinished && !through.destroyed) await once(through, "finish");
    },
    text: (mostBytes) => answer.text(mostBytes),
    drop: () => answer.drop(),
  };
}

/** One JSON message; a long one passes as it is, rather than be held. */
function rewrittenBody(connection: string, into: Writable): Writable {
  return new HeldBack(mostHeld, {
    whole(body) {
      if (body.length > 0) into.write(rewrittenText(connection, body.toString("utf8")));
    },
    part: (bytes) => written(into, bytes),
  });
}

/** Its events; of a long one the data passes as it is, rather than be held. */
class RewrittenEvents extends Writable {
  readonly #connection: string;
  readonly #into: Writable;
  readonly #mark: Mark;
  readonly #parts = new EventParts();

  constructor(connection: string, into: Writable, mark: Mark) {
    super();
    this.#mark = mark;
    this.#connection = connection;
    this.#into = into;
    this.on("error", () => undefined);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    callbackify(async () => await this.#take(chunk))(done);
  }

  async #take(chunk: Buffer): Promise<void> {
    let isSilent = true;
    for (const part of this.#parts.push(chunk)) {
      isSilent = false;
      if (part.kind === "event") await this.#event(part.event);
      else if (part.kind === "begin") await written(this.#into, `${this.#idLine(part.id)}data: `);
      else await written(this.#into, part.kind === "data" ? part.bytes : "\n\n");
    }
    // A comment is a sign of life; what is only half here becomes one.
    if (isSilent) await written(this.#into, encodeSseComment("waiting"));
  }

  async #event({ data, id }: SseEvent): Promise<void> {
    const marked = id === undefined ? null : this.#mark(id);
    if (data !== "") {
      const event = { data: rewrittenText(this.#connection, data) };
      await written(this.#into, encodeSse(marked === null ? event : { ...event, id: marked }));
    } else if (marked !== null) await written(this.#into, encodeSsePriming(marked, this.#parts.retryMs));
  }

  #idLine(id: string | undefined): string {
    const marked = id === undefined ? null : this.#mark(id);
    return marked === null ? "" : `id: ${marked}\n`;
  }
}

const mostHeld = 1024 * 1024;

function rewrittenText(connection: string, text: string): string {
  try {
    return JSON.stringify(towardsClient(connection, JSON.parse(text) as Json));
  } catch {
    return text;
  }
}
