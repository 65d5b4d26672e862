import { STATUS_CODES } from "node:http";

/** Statuses whose answers have no body, whatever they say (RFC 9112, section 6.3). */
export const bodyless: ReadonlySet<number> = new Set([204, 304]);

/** How long a connection of a client's may rest, in s: it is told so, and ended afterwards. */
export const restingS = 65;

/** An answer's head, after which its connection stays. `headers`: name and value in turn, as they came through an HTTP parser or are our own. Throws RangeError for what is no status of an answer. */
export function headText(status: number, headers: readonly string[]): string {
  if (status < 200 || status > 599) throw new RangeError(`HTTP ${status} is no answer.`);
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Unknown"}\r\n`;
  for (let at = 0; at < headers.length; at += 2) head += `${headers[at] ?? ""}: ${headers[at + 1] ?? ""}\r\n`;
  return `${head}connection: keep-alive\r\nkeep-alive: timeout=${restingS}\r\n\r\n`;
}
