import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { Agent, request } from "undici";
import { backoffMs } from "../../shared/backoff.ts";
import type { Endpoint } from "./endpoint.ts";

/** Why a batch was lost, without what the receiver said: an HTTP status, a system's error code, `timeout`, `full`. */
type Lost = (why: string, records: number) => void;

type Done = (result: { code: 0 }) => void;

/** As much of OpenTelemetry's exporters as the batching processors call. It never reports failure to them: `lost` hears of it. */
export interface BatchExporter<T> {
  export(records: T[], done: Done): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

const retryable = new Set([429, 502, 503, 504]);
/** Batches under way at once; what comes beyond is lost rather than kept. */
const mostUnderWay = 8;
const compressed = promisify(gzip);

/** Sends batches to an OTLP/HTTP receiver, each for at most `timeoutMs`; `stop` ends all of it at once. */
export async function batchExporter<T>(
  endpoint: Endpoint,
  serialize: (records: T[]) => Uint8Array | undefined,
  lost: Lost,
  stop: AbortSignal,
): Promise<BatchExporter<T>> {
  const { send, close } = await senderTo(endpoint);
  const underWay = new Set<Promise<void>>();
  const flush = async (): Promise<void> => void (await Promise.all(underWay));
  const carry = async (records: T[], done: Done): Promise<void> => {
    try {
      const body = serialize(records);
      const signal = AbortSignal.any([stop, AbortSignal.timeout(endpoint.timeoutMs)]);
      const why = body === undefined ? null : await send(body, signal);
      if (why !== null) lost(why, records.length);
    } catch (error) {
      lost(reasonOf(error), records.length);
    }
    done({ code: 0 });
  };
  return {
    export(records, done) {
      // The processor waits for one batch before the next; at the end it sends all at once.
      if (underWay.size >= mostUnderWay) {
        lost("full", records.length);
        return done({ code: 0 });
      }
      const sent = carry(records, done).finally(() => underWay.delete(sent));
      underWay.add(sent);
    },
    forceFlush: flush,
    async shutdown() {
      await flush();
      await close();
    },
  };
}

/** Sends one body until it is taken, refused for good, or the signal aborts; resolves with why it was not taken, or null. */
async function senderTo({ url, headers, format, gzip: zipped, tls }: Endpoint) {
  const [ca, cert, key] = await Promise.all([pem(tls.ca), pem(tls.cert), pem(tls.key)]);
  const connect = {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
  const dispatcher = new Agent({ connect, connections: 2, keepAliveTimeout: 10_000 });
  const own = {
    "content-type": format === "json" ? "application/json" : "application/x-protobuf",
    ...(zipped && { "content-encoding": "gzip" }),
  };
  const send = async (body: Uint8Array, signal: AbortSignal): Promise<string | null> => {
    const payload = zipped ? await compressed(body) : body;
    for (let attempt = 0; ; attempt += 1) {
      const why = await request(url, {
        dispatcher,
        method: "POST",
        headers: { ...headers, ...own },
        body: payload,
        signal,
      }).then(async (answer) => {
        await answer.body.dump({ limit: 16_384, signal });
        return answer.statusCode < 300 ? null : answer.statusCode;
      }, reasonOf);
      if (why === null) return null;
      signal.throwIfAborted();
      if (typeof why === "number" && !retryable.has(why)) return `HTTP ${why}`;
      await delay(250 + backoffMs(attempt), undefined, { signal });
    }
  };
  return { send, close: () => dispatcher.destroy() };
}

async function pem(path: string | undefined): Promise<string | undefined> {
  return path === undefined ? undefined : readFile(path, "utf8");
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "error";
  if (error.name === "TimeoutError" || error.name === "AbortError") return "timeout";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
