import type { Dispatcher } from "undici";
import { CountersignError } from "../../shared/errors.ts";
import { connections, type Connections } from "../upstream/dispatcher.ts";

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The one way to the provider for all three libraries: our authorities, time-outs, no redirects. Because each library
 * wraps network faults in its own way, the last fault is kept here, where its kind is still known.
 */
export interface Transport {
  /** Throws CountersignError: `transient` (no answer in time, 5xx, 429), `misconfigured` (TLS, plain HTTP). */
  request(
    method: string,
    url: string,
    message?: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string },
  ): Promise<Answer>;
  /** The same in the shape of fetch, for openid-client and jose. */
  readonly fetch: (url: string, init: FetchInit) => Promise<Response>;
  /** The fault of the last failed request since the last call, or null. */
  takeFault(): CountersignError | null;
  /** Until when the provider asked not to be asked (Retry-After, RFC 9110, section 10.2.3); five minutes at most. */
  quietUntilMs(): number;
  close(): void;
}

interface FetchInit {
  readonly method?: string;
  readonly headers?: ConstructorParameters<typeof Headers>[0];
  readonly body?: unknown;
}

const defaultPatienceMs = 10_000;
const longestQuietSeconds = 300;
const longestAnswer = 4 * 1024 * 1024;

/** Opens a transport; `ca` is PEM, trusted besides the system's authorities. Proxies are used as on the way to the gateway. */
export function openTransport(
  ca: string | undefined,
  { now = Date.now, timeoutMs = defaultPatienceMs }: { readonly now?: () => number; readonly timeoutMs?: number } = {},
): Transport {
  const ways = new Map<string, Connections>();
  const wayTo = (origin: string): Dispatcher => {
    const way = ways.get(origin) ?? connections(origin, ca);
    ways.set(origin, way);
    return way.dispatcher;
  };
  let fault: CountersignError | null = null;
  let quietUntilMs = 0;
  const onBusy = (seconds: number): void => void (quietUntilMs = now() + Math.min(seconds, longestQuietSeconds) * 1000);

  const send: Transport["request"] = async (method, url, message = {}) => {
    try {
      return await sendOnce(wayTo, method, url, { ...message, timeoutMs, onBusy });
    } catch (error) {
      fault = error instanceof CountersignError ? error : networkFault(error);
      throw fault;
    }
  };
  return {
    request: send,
    fetch: async (url, init) => {
      const headers = Object.fromEntries(new Headers(init.headers));
      const body = textOf(init.body);
      const answer = await send(init.method ?? "GET", url, body === undefined ? { headers } : { headers, body });
      const bodyless = answer.status === 204 || answer.status === 304;
      return new Response(bodyless ? null : answer.body, { status: answer.status, headers: { ...answer.headers } });
    },
    takeFault: () => {
      const last = fault;
      fault = null;
      return last;
    },
    quietUntilMs: () => quietUntilMs,
    close() {
      for (const { dispatcher } of ways.values()) void dispatcher.destroy();
    },
  };
}

interface Way {
  readonly timeoutMs: number;
  /** The provider named a time in seconds to stay away. */
  readonly onBusy: (seconds: number) => void;
}

async function sendOnce(
  wayTo: (origin: string) => Dispatcher,
  method: string,
  url: string,
  message: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string } & Way,
): Promise<Answer> {
  const target = new URL(url);
  // Codes and tokens travel here (RFC 8252, section 8.3 excepts loopback only).
  if (target.protocol !== "https:" && !isLoopbackHttp(target)) {
    throw new CountersignError("misconfigured", `The sign-in provider ${target.host} must be reached over https.`);
  }
  const answer = await wayTo(target.origin).request({
    origin: target.origin,
    path: `${target.pathname}${target.search}`,
    method,
    headers: { ...message.headers },
    body: message.body ?? null,
    signal: AbortSignal.timeout(message.timeoutMs),
    // A few requests an hour: one that is kept would mostly be found dead, after sleep above all.
    reset: true,
  });
  const body = await textIn(answer.body);
  if (answer.statusCode >= 500 || answer.statusCode === 429) {
    const seconds = Number(flat(answer.headers)["retry-after"]);
    if (seconds > 0) message.onBusy(seconds);
    const what = answer.statusCode === 429 ? "asks for fewer requests (429)" : `answered ${answer.statusCode}`;
    throw new CountersignError("transient", `The sign-in provider ${target.host} ${what}. Try again in a minute.`);
  }
  return { status: answer.statusCode, headers: flat(answer.headers), body };
}

async function textIn(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > longestAnswer)
      throw new CountersignError("misconfigured", "The sign-in provider’s answer is far too long.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Whether an address is plain HTTP that never leaves this machine. */
export function isLoopbackHttp(url: URL): boolean {
  return url.protocol === "http:" && ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname);
}

function networkFault(error: unknown): CountersignError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (/CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL/.test(code)) {
    const message = `The sign-in provider’s TLS certificate is not trusted here (${code}). Ask IT for the authority that signed it.`;
    return new CountersignError("misconfigured", message, { cause: error });
  }
  if (error instanceof Error && /proxy/i.test(error.message)) {
    const message =
      "The proxy refuses the way to the sign-in provider: check HTTPS_PROXY and NO_PROXY, or ask who runs it.";
    return new CountersignError("transient", message, { cause: error });
  }
  return new CountersignError(
    "transient",
    "The sign-in provider could not be reached. Check the network, then try again.",
    { cause: error },
  );
}

function textOf(body: unknown): string | undefined {
  if (body === undefined || body === null) return undefined;
  if (typeof body === "string" || body instanceof URLSearchParams) return body.toString();
  throw new TypeError("the libraries send forms and texts only");
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const entries = Object.entries(headers).filter((entry) => entry[1] !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, [value].flat().join(", ")]));
}
