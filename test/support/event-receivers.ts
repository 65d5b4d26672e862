import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";
import { createServer as createTls, type TLSSocket } from "node:tls";
import { z } from "zod";
import type { ServerCertificate } from "../../src/demo/idp/certificate.ts";

/** An event as OCSF has it, as far as receivers look at it. */
export const received = z.looseObject({ metadata: z.looseObject({ uid: z.string(), sequence: z.number() }) });
export type Received = z.infer<typeof received>;

/** A real receiver of events on loopback. */
export interface Receiver {
  readonly port: number;
  /** All that came, in their order, repeated ones too. */
  readonly events: readonly Received[];
  /** What was wrong with deliveries. */
  readonly faults: readonly string[];
  /** Whether the next deliveries are refused: with 503, or a cut connection. */
  refuse: boolean;
  close(): Promise<void>;
}

const delivery = z.strictObject({ events: z.array(received) });

/** Where a receiver listens, and what else hears of each event before it is taken. */
export interface ReceiverOptions {
  readonly port?: number;
  readonly noted?: (event: Received) => void;
}

/** An HTTPS webhook that checks signatures as Standard Webhooks has them. */
export async function webhookReceiver(
  { cert, key }: ServerCertificate,
  secret: Buffer,
  { port = 0, noted = () => undefined }: ReceiverOptions = {},
): Promise<Receiver> {
  const events: Received[] = [];
  const faults: string[] = [];
  const server = createHttps({ cert, key }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": signature } = request.headers;
      const wanted = createHmac("sha256", secret)
        .update(`${String(id)}.${String(at)}.${body}`)
        .digest("base64");
      if (signature !== `v1,${wanted}`) faults.push("signature");
      const sent = receiver.refuse ? [] : delivery.parse(JSON.parse(body)).events;
      for (const event of sent) {
        noted(event);
        events.push(event);
      }
      response.writeHead(receiver.refuse ? 503 : 204).end();
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const receiver: Receiver = {
    port: (server.address() as AddressInfo).port,
    events,
    faults,
    refuse: false,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
  return receiver;
}

/** A syslog receiver over TLS: counted messages of RFC 5424, each with an event. */
export async function syslogReceiver(
  { cert, key }: ServerCertificate,
  { port = 0, noted = () => undefined }: ReceiverOptions = {},
): Promise<Receiver> {
  const events: Received[] = [];
  const faults: string[] = [];
  const open = new Set<TLSSocket>();
  const server = createTls({ cert, key }, (socket) => {
    if (receiver.refuse) socket.destroy();
    open.add(socket);
    let kept: Buffer = Buffer.alloc(0);
    socket.on("error", () => undefined);
    socket.on("close", () => open.delete(socket));
    socket.on("data", (chunk: Buffer) => {
      kept = Buffer.concat([kept, chunk]);
      for (;;) {
        const [head, count] = /^(\d+) /.exec(kept.toString("latin1", 0, 12)) ?? [];
        if (head === undefined || kept.length < head.length + Number(count)) return;
        const message = kept.toString("utf8", head.length, head.length + Number(count));
        kept = kept.subarray(head.length + Number(count));
        const [, json] = /^<\d+>1 \S+ [\w.-]+ countersign \d+ \S+ - \uFEFF(.*)$/s.exec(message) ?? [];
        if (json === undefined) faults.push(message);
        else {
          const event = received.parse(JSON.parse(json));
          noted(event);
          events.push(event);
        }
      }
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const receiver: Receiver = {
    port: (server.address() as AddressInfo).port,
    events,
    faults,
    refuse: false,
    async close() {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, "close");
    },
  };
  return receiver;
}
