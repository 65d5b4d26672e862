import type { IncomingMessage } from "node:http";
import { Transform } from "node:stream";

/** A request's body on its way through, of which a short one is remembered: to send again, or to answer by its id. */
export interface SeenBody {
  /** The body as a stream, passed on chunk by chunk as it comes. */
  readonly stream: Transform;
  /** The body once it has all passed, or null where it is longer than 64 KiB or has not ended. */
  whole(): Buffer | null;
  /** The JSON-RPC id of the request, reading what has not come yet; null where that isn't cheap, or there is none. */
  id(): Promise<string | number | null>;
}

export function seeBody(request: IncomingMessage): SeenBody {
  const chunks: Buffer[] = [];
  let size = 0;
  let ended = false;
  const take = (chunk: Buffer) => {
    size += chunk.length;
    if (size <= mostBytes) chunks.push(chunk);
    else chunks.length = 0;
  };
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      take(chunk);
      done(null, chunk);
    },
    flush(done) {
      ended = true;
      done();
    },
  });
  // Destroyed with the exchange it feeds; whoever runs that reports why.
  stream.on("error", () => undefined);
  const whole = () => (ended && size <= mostBytes ? Buffer.concat(chunks) : null);

  return {
    stream,
    whole,
    async id() {
      if (Number(request.headers["content-length"] ?? 0) > mostBytes) return null;
      if (!ended) await readRest(request, stream, take, () => size <= mostBytes).then((all) => (ended = all));
      const bytes = whole();
      return bytes === null ? null : idOf(bytes);
    },
  };
}

const mostBytes = 64 * 1024;

/** True where the rest was read to its end. The connection stays whole, so that an answer can be sent on it. */
async function readRest(
  request: IncomingMessage,
  stream: Transform,
  take: (chunk: Buffer) => void,
  more: () => boolean,
): Promise<boolean> {
  request.unpipe(stream);
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      take(chunk as Buffer);
      if (!more()) return false;
    }
    return true;
  } catch {
    // The client has gone; nobody will read the answer.
    return false;
  }
}

function idOf(bytes: Buffer): string | number | null {
  try {
    const message: unknown = JSON.parse(bytes.toString("utf8"));
    if (typeof message !== "object" || message === null || !("id" in message)) return null;
    return typeof message.id === "string" || typeof message.id === "number" ? message.id : null;
  } catch {
    return null;
  }
}
