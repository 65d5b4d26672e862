import type { IncomingHttpHeaders } from "node:http";
import { headerValues, type RawHeaders } from "./loopback-guard.ts";

/** The headers that go on to the gateway, flat: those of the client without what is bound to its own connection, or is ours to say. */
export function requestHeaders(
  headers: RawHeaders,
  bodyless: boolean,
  ours: Readonly<Record<string, string>>,
): string[] {
  const named = namedByConnection(headers);
  const kept: string[] = [];
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at]?.toLowerCase() ?? "";
    if (notForGateway.has(name) || name.startsWith("countersign-") || name.startsWith("x-forwarded-")) continue;
    if ((bodyless && name === "content-length") || named?.has(name) === true) continue;
    kept.push(name, headers[at + 1] ?? "");
  }
  for (const name in ours) kept.push(name, ours[name] ?? "");
  return kept;
}

/** The headers that go back to the client, flat. */
export function answerHeaders(headers: IncomingHttpHeaders): string[] {
  const named = headers.connection === undefined ? null : namesIn([headers.connection].flat());
  const kept: string[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || notForClient.has(name) || name.startsWith("access-control-")) continue;
    if (named?.has(name) === true) continue;
    if (typeof value === "string") kept.push(name, value);
    else for (const each of value) kept.push(name, each);
  }
  return kept;
}

/** RFC 9110, section 7.6.1, besides what `Connection` names. */
const hopByHop = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];
/**
 * `authorization` is the client's local token: it ends here. A client's own proofs would stand beside ours, and the gateway refuse both. `expect` was answered here. Answers are read on their way (a session that has
 * ended, event ids, names in the one server): what stands in front of the gateway must not compress them because a client could read it.
 */
const notForGateway: ReadonlySet<string> = new Set([
  ...hopByHop,
  "host",
  "authorization",
  "dpop",
  "signature",
  "signature-input",
  "accept-encoding",
  "cookie",
  "origin",
  "referer",
  "expect",
  "forwarded",
  "via",
]);
/** No cookies on loopback (they are not bound to a port), no CORS; a challenge of the gateway's is not the client's to answer. */
const notForClient: ReadonlySet<string> = new Set([
  ...hopByHop,
  "set-cookie",
  "www-authenticate",
  "strict-transport-security",
  "alt-svc",
]);

/** What `Connection` names besides; null where it names nothing that would be kept. */
function namedByConnection(headers: RawHeaders): ReadonlySet<string> | null {
  const values = headerValues(headers, "connection");
  return values.length === 0 ? null : namesIn(values);
}

function namesIn(values: readonly string[]): ReadonlySet<string> | null {
  const [only] = values;
  if (values.length === 1 && (only === "keep-alive" || only === "close")) return null;
  return new Set(values.flatMap((value) => value.split(",")).map((name) => name.trim().toLowerCase()));
}
