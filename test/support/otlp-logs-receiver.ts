import { once } from "node:events";
import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import type { ServerCertificate } from "../../src/demo/idp/certificate.ts";
import { received, type Received, type Receiver, type ReceiverOptions } from "./event-receivers.ts";

/** An OpenTelemetry receiver of logs over HTTPS, which takes OTLP/HTTP in JSON for whoever sends its key. */
export async function otlpLogsReceiver(
  { cert, key }: ServerCertificate,
  apiKey: string,
  { port = 0, noted = () => undefined }: ReceiverOptions = {},
): Promise<Receiver & { answer: OtlpAnswer }> {
  const events: Received[] = [];
  const faults: string[] = [];
  const server = createHttps({ cert, key }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { "content-type": type, "x-api-key": sent } = request.headers;
      if (request.url !== "/v1/logs" || type !== "application/json" || sent !== apiKey) faults.push("request");
      const { status, headers, body, takes } = receiver.refuse ? { ...refusing } : receiver.answer;
      const records = takes ? recordsIn(JSON.parse(Buffer.concat(chunks).toString("utf8"))) : [];
      for (const event of records) {
        noted(event);
        events.push(event);
      }
      response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const receiver = {
    port: (server.address() as AddressInfo).port,
    events,
    faults,
    refuse: false,
    answer: { status: 200, headers: {}, body: {}, takes: true },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
  return receiver;
}

/** How an OTLP receiver answers, and whether it takes what came. */
interface OtlpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
  readonly takes: boolean;
}

const refusing: OtlpAnswer = { status: 503, headers: {}, body: {}, takes: false };

const anyValue = z.strictObject({
  stringValue: z.string().optional(),
  boolValue: z.boolean().optional(),
  intValue: z
    .string()
    .regex(/^-?\d+$/)
    .optional(),
  doubleValue: z.number().optional(),
  get arrayValue() {
    return z.strictObject({ values: z.array(anyValue) }).optional();
  },
  get kvlistValue() {
    return keyValues.optional();
  },
});
const keyValue = z.strictObject({ key: z.string(), value: anyValue });
const keyValues = z.strictObject({ values: z.array(keyValue) });
const logRecord = z.strictObject({
  timeUnixNano: z.string().regex(/^\d{19}$/),
  observedTimeUnixNano: z.string().regex(/^\d{19}$/),
  severityNumber: z.number().int().min(1).max(24),
  severityText: z.string(),
  eventName: z.string(),
  body: anyValue,
  attributes: z.array(keyValue),
});
const exportLogs = z.strictObject({
  resourceLogs: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes: z.array(keyValue) }),
      scopeLogs: z.array(
        z.strictObject({ scope: z.strictObject({ name: z.string() }), logRecords: z.array(logRecord) }),
      ),
    }),
  ),
});

/** The events in an ExportLogsServiceRequest, each with the id that its record has. */
function recordsIn(message: unknown): Received[] {
  const logs = exportLogs.parse(message).resourceLogs.flatMap(({ scopeLogs }) => scopeLogs);
  return logs
    .flatMap(({ logRecords }) => logRecords)
    .map(({ body, attributes }) => {
      const event = received.parse(plain(body));
      const uid = attributes.find(({ key }) => key === "log.record.uid")?.value.stringValue;
      if (uid !== event.metadata.uid) throw new Error("The record's uid is another than its event's.");
      return event;
    });
}

function plain(value: z.infer<typeof anyValue>): unknown {
  if (value.kvlistValue)
    return Object.fromEntries(value.kvlistValue.values.map(({ key, value: each }) => [key, plain(each)]));
  if (value.arrayValue) return value.arrayValue.values.map(plain);
  if (value.intValue !== undefined) return Number(value.intValue);
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? null;
}
