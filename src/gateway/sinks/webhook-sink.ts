import { createHmac } from "node:crypto";
import { httpDelivery, type HttpReceiver } from "./http-delivery.ts";
import type { Sink } from "./sink.ts";

interface Webhook extends HttpReceiver {
  /** `whsec_` and base64, or the key's own text. */
  readonly secret: string;
  readonly now: () => number;
}

/**
 * Posts events as `{"events": […]}`, signed as Standard Webhooks has it (standardwebhooks.com): `webhook-id` is the same for the same events,
 * `webhook-signature` is `v1,` and the base64 HMAC-SHA256 over id, timestamp (seconds) and body, joined by dots. Any 2xx takes them.
 */
export function webhookSink({ secret, now, ...receiver }: Webhook): Sink {
  const delivery = httpDelivery(receiver);
  const key = keyOf(secret);
  return {
    textOf: ({ event }) => JSON.stringify(event),
    async deliver(events, signal) {
      const id = `${events[0]?.id ?? ""}-${events.at(-1)?.seq ?? ""}`;
      const body = `{"events":[${events.map(({ text }) => text).join(",")}]}`;
      const timestamp = Math.floor(now() / 1000);
      const signature = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64");
      const signed = {
        "webhook-id": id,
        "webhook-timestamp": String(timestamp),
        "webhook-signature": `v1,${signature}`,
      };
      await delivery.post(body, signed, signal);
      return null;
    },
    close: () => delivery.close(),
  };
}

function keyOf(secret: string): Buffer {
  return secret.startsWith("whsec_") ? Buffer.from(secret.slice("whsec_".length), "base64") : Buffer.from(secret);
}
