import type { IncomingMessage } from "node:http";
import { CountersignError } from "../shared/errors.ts";

/**
 * The body as UTF-8 text, or null where it is larger than `limit` bytes; what is over the limit isn't kept. Throws CountersignError
 * `bad_request` where the caller goes away before its end: that is the caller's doing, and no fault to log.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<string | null> {
  if (Number(request.headers["content-length"] ?? 0) > limit) return null;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit) return null;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new CountersignError("bad_request", "The request ended before its body did.", { cause });
  }
  return Buffer.concat(chunks).toString("utf8");
}
