import type { IncomingMessage } from "node:http";
import { Transform } from "node:stream";
import { CountersignError } from "../shared/errors.ts";
import type { Ending } from "./departure.ts";
import { readMessage, type ClientMessage } from "./client-message.ts";

/** A request's body on its way through, of which a short one is remembered: to send again, or to answer by its id. */
export interface SeenBody {
  /** What goes to the gateway: a short body whole, any other as it comes. Throws `cancelled` where the client leaves first. */
  forGateway(): Buffer | Promise<Buffer | Transform>;
  /** The message, reading what has not come yet; unread where that isn't cheap. */
  message(): Promise<ClientMessage>;
}

/** `signal` ends with the client. */
export function seeBody(request: IncomingMessage, signal: Ending): SeenBody {
  const chunks: Buffer[] = [];
  let size = 0;
  let ended = false;
  const take = (chunk: Buffer) => {
    size += chunk.length;
    if (size <= mostBytes) chunks.push(chunk);
    else chunks.length = 0;
  };
  let stream: Transform | null = null;
  // NaN, where no length is given, is not short.
  const length = Number(request.headers["content-length"]);
  const isShort = length <= mostBytes;

  function streamed(): Transform {
    const through = new Transform({
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
    through.on("error", () => undefined);
    return request.pipe(through);
  }

  return {
    async forGateway() {
      if (!isShort) return (stream ??= streamed());
      if (length > 0) await whole(request, signal, (chunk) => (take(chunk), size === length));
      ended = true;
      return joined(chunks);
    },
    async message() {
      if (!ended && Number(request.headers["content-length"] ?? 0) <= mostBytes) {
        if (stream !== null) request.unpipe(stream);
        ended = await readRest(request, take, () => size <= mostBytes);
      }
      return ended && size <= mostBytes ? readMessage(joined(chunks)) : unread;
    },
  };
}

/** The same of a body that came whole. */
export function heldBody(bytes: Buffer): SeenBody {
  return { forGateway: () => bytes, message: async () => readMessage(bytes) };
}

const mostBytes = 64 * 1024;
const unread: ClientMessage = { id: null, method: null, isUnread: true };

function joined(chunks: readonly Buffer[]): Buffer {
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
}

/** Takes chunks until `take` has had the last: no later than the request's end, which costs the system a turn more. */
function whole(request: IncomingMessage, signal: Ending, take: (chunk: Buffer) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    request.on("data", (chunk: Buffer) => {
      if (take(chunk)) resolve();
    });
    signal.addEventListener("abort", () => reject(new CountersignError("cancelled", "The client has gone.")));
  });
}

/** True where the rest was read to its end. The connection stays whole, so that an answer can be sent on it. */
async function readRest(
  request: IncomingMessage,
  take: (chunk: Buffer) => void,
  more: () => boolean,
): Promise<boolean> {
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
