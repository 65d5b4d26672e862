import type { IncomingMessage } from "node:http";
import { CountersignError } from "../shared/errors.ts";
import { Pieces } from "../shared/pieces.ts";

/**
 * The body as UTF-8 text, or null where it is larger than `limit` bytes; what is over the limit isn't kept. Throws CountersignError
 * `bad_request` where the caller goes away before its end: that is the caller's doing, and no fault to log.
 */
export function readBody(request: IncomingMessage, limit: number): Promise<string | null> {
  if (Number(request.headers["content-length"] ?? 0) > limit) return Promise.resolve(null);
  return new Promise((resolve, reject) => {
    const pieces = new Pieces();
    let size = 0;
    let ended = false;
    // By events: an iterator over the stream costs a call more than its parsing.
    request
      .on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size <= limit) {
          pieces.push(chunk);
          return;
        }
        pieces.take();
        resolve(null);
      })
      .once("end", () => {
        ended = true;
        resolve(Buffer.concat(pieces.take()).toString("utf8"));
      })
      .once("error", (cause) => reject(cutShort(cause)))
      .once("close", () => {
        if (!ended) reject(cutShort());
      });
  });
}

function cutShort(cause?: unknown): CountersignError {
  return new CountersignError("bad_request", "The request ended before its body did.", { cause });
}
