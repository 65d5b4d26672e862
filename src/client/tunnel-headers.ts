import type { IncomingHttpHeaders } from "node:http";
import type { RawHeaders } from "./loopback-guard.ts";

/** The headers that go on to the gateway, flat: those of the client without what is bound to its own connection, or is ours to say. */
export function requestHeaders(
  headers: RawHeaders,
  bodyless: boolean,
  ours: Readonly<Record<string, string>>,
): string[] {
  const kept = keep(headers, (name) => {
    if (bodyless && name === "content-length") return false;
    return !notForGateway.has(name) && !/^(countersign|x-forwarded)-/.test(name);
  });
  return [...kept, ...Object.entries(ours).flat()];
}

/** The headers that go back to the client, flat. */
export function answerHeaders(headers: IncomingHttpHeaders): string[] {
  const flat = Object.entries(headers).flatMap(([name, value]) => [value ?? []].flat().flatMap((one) => [name, one]));
  return keep(flat, (name) => !notForClient.has(name) && !name.startsWith("access-control-"));
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
/** `authorization` is the client's local token: it ends here. `expect` was answered here. */
const notForGateway: ReadonlySet<string> = new Set([
  ...hopByHop,
  "host",
  "authorization",
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

function keep(headers: RawHeaders, wanted: (name: string) => boolean): string[] {
  const named = new Set<string>();
  for (let at = 0; at + 1 < headers.length; at += 2)
    if (headers[at]?.toLowerCase() === "connection")
      for (const name of (headers[at + 1] ?? "").split(",")) named.add(name.trim().toLowerCase());
  const kept: string[] = [];
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at]?.toLowerCase() ?? "";
    if (!named.has(name) && wanted(name)) kept.push(name, headers[at + 1] ?? "");
  }
  return kept;
}
