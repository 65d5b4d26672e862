import { answerHeaders } from "../tunnel-headers.ts";
import type { Answer } from "../upstream/answer.ts";
import { bodyless, headText } from "./head-text.ts";

/** The bytes of an answer whose body has come. Throws RangeError for what is no status of an answer. */
export function wholeAnswer(answer: Pick<Answer, "status" | "headers">, body: Buffer): Buffer {
  const head = headText(answer.status, measured(answer, body.length));
  const sent = bodyless.has(answer.status) ? 0 : body.length;
  const bytes = Buffer.allocUnsafe(head.length + sent);
  bytes.write(head, "latin1");
  if (sent > 0) bytes.set(body, head.length);
  return bytes;
}

/**
 * The headers of an answer with a body of this length, in bytes: it may have come in chunks, or be written anew, so that its length is what is
 * written. RFC 9110, section 8.6: none with some statuses.
 */
export function measured({ status, headers }: Pick<Answer, "status" | "headers">, length: number): string[] {
  const kept = answerHeaders(headers);
  if (bodyless.has(status)) return kept;
  for (let at = 0; at < kept.length; at += 2)
    if (kept[at] === "content-length") {
      kept[at + 1] = String(length);
      return kept;
    }
  kept.push("content-length", String(length));
  return kept;
}
