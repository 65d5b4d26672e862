import { createHmac } from "node:crypto";
import { Agent, request } from "undici";
import type { Sink, SinkEvent } from "./sink.ts";

interface Webhook {
  readonly url: string;
  /** `whsec_` and base64, or the key's own text. */
  readonly secret: string;
  /** PEM. */
  readonly ca: string | undefined;
  readonly now: () => number;
}

const timeoutMs = 20_000;

/**
 * Posts events as `{"events": […]}`, signed as Standard Webhooks has it (standardwebhooks.com): `webhook-id` is the same for the same events,
 * `webhook-signature` is `v1,` and the base64 HMAC-SHA256 over id, timestamp (seconds) and body, joined by dots. Any 2xx takes them.
 */
export function webhookSink({ url, secret, ca, now }: Webhook): Sink {
  const dispatcher = new Agent({
    connect: { ...(ca === undefined ? {} : { ca }), timeout: timeoutMs },
    connections: 1,
    keepAliveTimeout: 10_000,
  });
  const key = keyOf(secret);
  return {
    async deliver(events, signal) {
      const id = `${events[0]?.id ?? ""}-${events.at(-1)?.seq ?? ""}`;
      const body = bodyOf(events);
      const timestamp = Math.floor(now() / 1000);
      const signature = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64");
      const answer = await request(url, {
        dispatcher,
        method: "POST",
        headers: {
          "content-type": "application/json",
          "webhook-id": id,
          "webhook-timestamp": String(timestamp),
          "webhook-signature": `v1,${signature}`,
        },
        body,
        signal,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      });
      await answer.body.dump();
      if (answer.statusCode < 200 || answer.statusCode > 299) throw new Error(`HTTP ${answer.statusCode}`);
    },
    close: () => dispatcher.destroy(),
  };
}

function bodyOf(events: readonly SinkEvent[]): string {
  return JSON.stringify({ events: events.map(({ event }) => event) });
}

function keyOf(secret: string): Buffer {
  return secret.startsWith("whsec_") ? Buffer.from(secret.slice("whsec_".length), "base64") : Buffer.from(secret);
}
