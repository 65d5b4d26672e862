import { contentLength, HeadLines, type HeadLine } from "./head-lines.ts";
import type { RawHeaders } from "../loopback-guard.ts";

/** A POST in its plainest form. */
export interface PlainRequest {
  readonly target: string;
  /** Names in lower case. */
  readonly headers: RawHeaders;
  readonly body: Buffer;
}

/** How long a head and a body may be, in bytes. */
const mostHead = 8 * 1024;
const mostBody = 64 * 1024;

/** RFC 9112, section 3, with a target in origin-form (section 3.2.1). */
const requestLine = /^POST (\/[\x21-\x7e]*) HTTP\/1\.1\r\n/;

/** What changes how a message is framed, or wants an answer before it is whole. */
const unusual: ReadonlySet<string> = new Set([
  "transfer-encoding",
  "expect",
  "upgrade",
  "trailer",
  "te",
  "http2-settings",
  "proxy-connection",
]);

/** Reads the requests of one connection. */
export class PlainRequests {
  readonly #lines = new HeadLines(isUsual);

  /**
   * The request that these bytes are, exactly and whole: one `Content-Length` that is just what came, `keep-alive` or no word on the connection. Where
   * only some of its body has come, how many bytes it will have in all. Null for anything else, which is not judged here but left to Node's own server.
   */
  read(bytes: Buffer): PlainRequest | number | null {
    const end = bytes.indexOf("\r\n\r\n", 0, "latin1");
    if (end < 0 || end > mostHead) return null;
    const head = bytes.toString("latin1", 0, end + 2);
    const [first, target] = requestLine.exec(head) ?? [];
    const lines = first === undefined ? null : this.#lines.read(head, first.length);
    if (target === undefined || lines === null) return null;
    const headers: string[] = [];
    for (const { name, value } of lines) headers.push(name, value);
    const length = contentLength(lines);
    const whole = end + 4 + length;
    if (bytes.length === whole) return length > mostBody ? null : { target, headers, body: bytes.subarray(end + 4) };
    // Where no length is given it is NaN, which nothing is less than.
    return length <= mostBody && bytes.length < whole ? whole : null;
  }
}

function isUsual({ name, value }: HeadLine): boolean {
  return !unusual.has(name) && (name !== "connection" || value.toLowerCase() === "keep-alive");
}
