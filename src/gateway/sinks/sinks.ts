import { readFile } from "node:fs/promises";
import type { SinkConfig } from "../config-sinks.ts";
import type { Log } from "../log.ts";
import { resolveSecret } from "../secrets.ts";
import { Cursor } from "./cursor.ts";
import { Feed } from "./feed.ts";
import { fileSink } from "./file-sink.ts";
import type { HttpReceiver } from "./http-delivery.ts";
import { LedgerTail } from "./ledger-tail.ts";
import { otlpSink } from "./otlp-sink.ts";
import type { Sink } from "./sink.ts";
import { syslogSink } from "./syslog-sink.ts";
import { webhookSink } from "./webhook-sink.ts";

interface SinksOptions {
  readonly config: readonly SinkConfig[];
  /** The data folder of a gateway whose store is open. */
  readonly folder: string;
  /** The ledger's origin, HOST[:PORT]. */
  readonly origin: string;
  /** The number of the next entry that will be written. */
  readonly size: () => number;
  readonly now: () => number;
  readonly log: Log;
  /** How long a receiver may be silent before a delivery is given up, in milliseconds. */
  readonly silenceMs?: number;
}

const usualSilenceMs = 20_000;

/** Where the ledger's entries go besides, each sink at its own pace. */
export interface Sinks {
  readonly feeds: readonly Pick<Feed, "name" | "lag" | "failures" | "rejected">[];
  /** Throws CountersignError `configuration` for a secret or file that can't be had. */
  start(): Promise<void>;
  close(): Promise<void>;
}

export function createSinks(options: SinksOptions): Sinks {
  const feeds: Feed[] = [];
  return {
    feeds,
    async start() {
      const { folder, origin, size, log } = options;
      for (const config of options.config) {
        const sink = await sinkOf(config, options);
        const tail = new LedgerTail(folder, origin);
        const { name, from } = config;
        const feed = new Feed({ name, sink, tail, cursor: new Cursor(folder, name), size, from, log });
        feeds.push(feed);
        await feed.start();
      }
    },
    close: async () => void (await Promise.all(feeds.map((feed) => feed.close()))),
  };
}

async function sinkOf(config: SinkConfig, { origin, now, silenceMs = usualSilenceMs }: SinksOptions): Promise<Sink> {
  const { file, webhook, syslog, otlp } = config;
  if (webhook !== undefined) {
    const [receiver, secret] = await Promise.all([receiverOf(webhook), resolveSecret(webhook.secret)]);
    return webhookSink({ ...receiver, silenceMs, secret, now });
  }
  if (otlp !== undefined) return otlpSink({ ...(await receiverOf(otlp)), silenceMs, origin });
  if (syslog !== undefined)
    return syslogSink({ ...syslog, ca: await pem(syslog.ca), hostname: hostOf(origin), silenceMs });
  return fileSink(file?.path ?? "");
}

/** Without the port, which receivers take for a fault of the message's head (RFC 5424, section 6.2.4). */
function hostOf(origin: string): string {
  return new URL(`https://${origin}`).hostname.replaceAll(/[[\]]/g, "");
}

async function receiverOf({
  url,
  ca,
  headers,
}: NonNullable<SinkConfig["otlp"]>): Promise<Omit<HttpReceiver, "silenceMs">> {
  const values = Object.entries(headers).map(async ([name, secret]) => [name, await resolveSecret(secret)] as const);
  return { url, ca: await pem(ca), headers: Object.fromEntries(await Promise.all(values)) };
}

async function pem(path: string | undefined): Promise<string | undefined> {
  return path === undefined ? undefined : await readFile(path, "utf8");
}
