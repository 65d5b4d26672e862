import { Agent, request } from "undici";
import { Undelivered } from "./sink.ts";

/** Where deliveries are posted. */
export interface HttpReceiver {
  readonly url: string;
  /** PEM. */
  readonly ca: string | undefined;
  /** Sent along, such as a receiver's key. */
  readonly headers: Readonly<Record<string, string>>;
  /** How long it may be silent, in milliseconds. */
  readonly silenceMs: number;
}

/** What a receiver that took a delivery said; at most so many characters of it. */
interface Taken {
  readonly json: boolean;
  readonly text: string;
}

export interface HttpDelivery {
  /** Resolves where the answer is any 2xx. Throws Undelivered for another. */
  post(body: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Taken>;
  close(): Promise<void>;
}

const mostSaidBytes = 65_536;
/** No receiver sends a sink away for longer. */
const longestWaitMs = 300_000;

/** Posts JSON over one connection, one delivery at a time. */
export function httpDelivery({ url, ca, headers: own, silenceMs }: HttpReceiver): HttpDelivery {
  const dispatcher = new Agent({
    connect: { ...(ca === undefined ? {} : { ca }), timeout: silenceMs },
    connections: 1,
    keepAliveTimeout: 10_000,
  });
  const always = Object.fromEntries(Object.entries(own).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    async post(body, headers, signal) {
      const answer = await request(url, {
        dispatcher,
        method: "POST",
        headers: { ...always, ...headers, "content-type": "application/json" },
        body,
        // A receiver that drips its answer would never be given up by the other two.
        signal: AbortSignal.any([signal, AbortSignal.timeout(2 * silenceMs)]),
        headersTimeout: silenceMs,
        bodyTimeout: silenceMs,
      });
      const text = await beginning(answer.body);
      const { statusCode: status } = answer;
      if (status < 200 || status > 299)
        throw new Undelivered(`HTTP ${status}`, waitOf(answer.headers["retry-after"], Date.now()));
      return { json: String(answer.headers["content-type"]).startsWith("application/json"), text };
    },
    close: () => dispatcher.destroy(),
  };
}

async function beginning(body: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk) || bytes >= mostSaidBytes) continue;
    chunks.push(chunk);
    bytes += chunk.length;
  }
  return Buffer.concat(chunks).subarray(0, mostSaidBytes).toString("utf8");
}

/** `Retry-After` in milliseconds: seconds or a date (RFC 9110, section 10.2.3). */
function waitOf(said: string | string[] | undefined, nowMs: number): number {
  if (typeof said !== "string") return 0;
  const waitMs = /^\d+$/.test(said) ? Number(said) * 1000 : Date.parse(said) - nowMs;
  return Number.isNaN(waitMs) ? 0 : Math.min(Math.max(waitMs, 0), longestWaitMs);
}
