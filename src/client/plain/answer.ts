import type { IncomingHttpHeaders } from "node:http";
import { contentLength, HeadLines } from "./head-lines.ts";

/** The head of an answer in its plainest form: with a `Content-Length`, and each header once. */
export interface PlainAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Where its body begins in the bytes, and how long it is. */
  readonly bodyAt: number;
  readonly length: number;
  /** How long its connection may rest afterwards, in ms; 0 where it ends. */
  readonly restMs: number;
}

const mostHead = 16 * 1024;

/** RFC 9112, section 4. */
const statusLine = /^HTTP\/1\.1 ([2-5]\d\d) [\t\x20-\x7e]*\r\n/;

/** What says of a body that it is framed, or coded, in another way; and what no object takes as a name. */
const unusual: ReadonlySet<string> = new Set(["transfer-encoding", "upgrade", "trailer", "__proto__"]);

/** Reads the heads of the answers on one connection. */
export class PlainAnswers {
  readonly #lines = new HeadLines(({ name }) => !unusual.has(name));

  /** The head that these bytes begin with; null where it is no plain one, or has not come whole. */
  read(bytes: Buffer): PlainAnswer | null {
    const end = bytes.indexOf("\r\n\r\n", 0, "latin1");
    if (end < 0 || end > mostHead) return null;
    const head = bytes.toString("latin1", 0, end + 2);
    const [first, code] = statusLine.exec(head) ?? [];
    const status = Number(code);
    // These have no body, whatever length they give (RFC 9112, section 6.3).
    if (first === undefined || status === 204 || status === 304) return null;
    const lines = this.#lines.read(head, first.length);
    if (lines === null) return null;
    const headers: Record<string, string> = {};
    for (const { name, value } of lines) {
      if (headers[name] !== undefined) return null;
      headers[name] = value;
    }
    const length = contentLength(lines);
    if (Number.isNaN(length)) return null;
    return { status, headers, bodyAt: end + 4, length, restMs: restOf(headers) };
  }
}

/** How long a connection may rest after an answer with these headers, in ms; 0 where it ends (RFC 9112, section 9.3). */
export function restOf({
  connection = "keep-alive",
  "keep-alive": told,
}: IncomingHttpHeaders & { "keep-alive"?: string }): number {
  if (connection.toLowerCase() !== "keep-alive") return 0;
  const seconds = /(?:^|[,\s])timeout=(\d{1,6})/.exec(told ?? "")?.[1];
  // It has begun to rest a while before this side knows of it.
  return seconds === undefined ? untoldRestMs : Math.min(mostRestMs, Math.max(0, Number(seconds) * 1000 - marginMs));
}

/** Where the other side doesn't say how long it keeps a connection. */
export const untoldRestMs = 4_000;
const mostRestMs = 600_000;
const marginMs = 1_000;
