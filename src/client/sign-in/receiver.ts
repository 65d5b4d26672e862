import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CountersignError } from "../../shared/errors.ts";
import { type Ending, endingPage, endings, pageHeaders } from "./page.ts";

/** Where the provider sends the browser back to: `http://HOST:PORT` and the path. */
export interface RedirectAddress {
  /** Entra registers `localhost`, which browsers resolve to either family, so there both are listened on. */
  readonly host: "127.0.0.1" | "localhost";
  readonly path: string;
  /** Tried in order; 0 is any free one. */
  readonly ports: readonly number[];
}

/** Our loopback receiver (RFC 8252, section 7.3): waits for one browser to come back, once. */
export interface Receiver {
  readonly redirectUri: string;
  /** The first request that carries the state. Rejects with the signal's reason. */
  wait(state: string, signal: AbortSignal): Promise<Callback>;
  /** Nobody waits any more: who comes back with the state within `ms` is told so, then it closes. Holds no process up. */
  linger(ms: number): void;
  /** Stops listening; an answer under way is finished. */
  close(): void;
}

export interface Callback {
  /** The address with its query, absolute. */
  readonly url: URL;
  answer(ending: Ending): void;
}

/** Without `arrive` the sign-in of that state is over. */
type Expecting = { readonly state: string; readonly arrive: ((callback: Callback) => void) | null } | null;

/** Listens; throws `misconfigured` where every port is taken. */
export async function openReceiver(address: RedirectAddress): Promise<Receiver> {
  let expecting: Expecting = null;
  let ending: NodeJS.Timeout | undefined;
  const { servers, port } = await listen(address, (request, response) => {
    const url = callbackUrl(request, address, port, expecting?.state);
    if (url === null || expecting === null) return answer(response, endings.unexpected);
    const { arrive } = expecting;
    if (arrive === null) return answer(response, endings.over);
    // One shot: whatever comes later, even with the same state, is unexpected.
    expecting = null;
    arrive({ url, answer: (ending) => answer(response, ending) });
  });
  return {
    redirectUri: `http://${address.host}:${port}${address.path === "/" ? "" : address.path}`,
    wait: (state, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
        expecting = { state, arrive: resolve };
      }),
    linger(ms) {
      if (expecting !== null) expecting = { ...expecting, arrive: null };
      for (const server of servers) server.unref();
      ending = setTimeout(close, ms).unref();
    },
    close,
  };

  function close(): void {
    clearTimeout(ending);
    expecting = null;
    for (const server of servers) {
      server.close();
      server.closeIdleConnections();
    }
  }
}

/** The request's address where it is the expected callback, otherwise null. */
function callbackUrl(
  request: IncomingMessage,
  address: RedirectAddress,
  port: number,
  state: string | undefined,
): URL | null {
  // Another name for this address means a page elsewhere rebound its DNS name to it (rule 8).
  if (request.headers.host !== `${address.host}:${port}`) return null;
  if (request.method !== "GET") return null;
  const target = request.url ?? "";
  // The path as it was sent: parsing would turn /x/../callback into it.
  if (target.split("?", 1)[0] !== address.path) return null;
  const url = URL.parse(target, `http://${address.host}:${port}`);
  if (url === null || state === undefined) return null;
  const given = url.searchParams.getAll("state");
  if (given.length !== 1 || !sameText(given[0] ?? "", state)) return null;
  if (!url.searchParams.has("code") && !url.searchParams.has("error")) return null;
  return url;
}

/** Compares in constant time; digests make the lengths equal. */
function sameText(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function answer(response: ServerResponse, ending: Ending): void {
  response.writeHead(ending.status, { ...pageHeaders, connection: "close" }).end(endingPage(ending));
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function listen(
  address: RedirectAddress,
  handle: Handler,
): Promise<{ readonly servers: readonly Server[]; readonly port: number }> {
  for (const wanted of address.ports) {
    // A free port of one family may be taken in the other; a few tries find a pair.
    for (let tries = wanted === 0 ? 5 : 1; tries > 0; tries--) {
      const first = await bind(wanted, "127.0.0.1", handle);
      if (typeof first === "string") break;
      const { port } = first.address() as AddressInfo;
      if (address.host === "127.0.0.1") return { servers: [first], port };
      const second = await bind(port, "::1", handle);
      if (typeof second !== "string") return { servers: [first, second], port };
      // A machine without IPv6 has nobody who could listen there.
      if (second !== "EADDRINUSE") return { servers: [first], port };
      first.close();
    }
  }
  throw new CountersignError(
    "misconfigured",
    `Signing in needs one of the ports ${address.ports.join(", ")} on this machine, and other programs hold them all.`,
  );
}

/** The listening server, or the system's error code. */
function bind(port: number, host: string, handle: Handler): Promise<Server | string> {
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 10_000 }, handle);
  return new Promise((resolve) => {
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "unknown"));
    server.listen({ port, host, exclusive: true, ipv6Only: host === "::1" }, () => resolve(server));
  });
}
