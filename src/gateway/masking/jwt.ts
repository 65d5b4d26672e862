import { dot, take, textOf, type Taken } from "./digits.ts";
import { isBase64Url } from "./triggers.ts";

/** A header longer than this is none. */
const longestHeader = 16_384;
/** How many starts are tried where other words are joined to the header, as in `session_eyJ…`. */
const mostStarts = 8;
/** How the text of a JSON object may begin and end: with its brackets or white space (RFC 8259, section 2). */
const opens = new Set(Buffer.from("{ \t\r\n"));
const closes = new Set(Buffer.from("} \t\r\n"));

/**
 * Takes the token whose header ends before the dot at `end`: a JWS or JWE in compact form (RFC 7515, 7516), three base64url parts or more of
 * which the first decodes to a JSON object with `alg`. The signature may be empty, as with `alg: none`.
 */
export function findJwt(codes: Uint8Array, end: number, into: Taken[]): void {
  const payload = endOfPart(codes, end + 1);
  if (codes[end] !== dot || payload === end + 1 || codes[payload] !== dot) return;
  const start = startOfHeader(codes, end);
  if (start < 0) return;
  let last = endOfPart(codes, payload + 1);
  for (let parts = 3; parts < 5 && codes[last] === dot; parts += 1) {
    const next = endOfPart(codes, last + 1);
    if (next === last + 1) break;
    last = next;
  }
  take(codes, { start, end: last, kind: "jwt" }, into);
}

function startOfHeader(codes: Uint8Array, end: number): number {
  let start = end;
  while (start > 0 && end - start < longestHeader && isBase64Url(codes[start - 1] as number)) start -= 1;
  if (isHeader(codes, start, end)) return start;
  // {" and white space after {, in base64url: eyJ, eyA, ewo, ewk, ew0.
  for (let at = start + 1, tries = 0; at < end - 10 && tries < mostStarts; at += 1) {
    if (codes[at] !== 101 || (codes[at + 1] !== 121 && codes[at + 1] !== 119)) continue;
    if (isHeader(codes, at, end)) return at;
    tries += 1;
  }
  return -1;
}

function isHeader(codes: Uint8Array, start: number, end: number): boolean {
  const bytes = Buffer.from(textOf(codes, start, end), "base64url");
  // Most words are no object at all, which a look at their ends tells without the cost of a parser's complaint.
  if (!opens.has(bytes[0] ?? 0) || !closes.has(bytes[bytes.length - 1] ?? 0)) return false;
  try {
    const header: unknown = JSON.parse(bytes.toString("utf8"));
    return typeof header === "object" && header !== null && Object.hasOwn(header, "alg");
  } catch {
    return false;
  }
}

function endOfPart(codes: Uint8Array, from: number): number {
  let end = from;
  while (end < codes.length && isBase64Url(codes[end] as number)) end += 1;
  return end;
}
