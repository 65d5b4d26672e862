import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { gunzipSync } from "node:zlib";
import { z } from "zod";

const value = z.object({ stringValue: z.string().optional(), intValue: z.union([z.number(), z.string()]).optional() });
const attributes = z.array(z.object({ key: z.string(), value }));
const scoped = <T extends z.ZodType>(records: T) => z.array(records);
const span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  attributes,
  status: z.object({ code: z.number().optional() }).optional(),
  links: z.array(z.object({ spanId: z.string() })).optional(),
});
const record = z.object({
  severityText: z.string(),
  eventName: z.string().optional(),
  attributes,
  traceId: z.string().optional(),
  spanId: z.string().optional(),
});
const traces = z.object({
  resourceSpans: z.array(
    z.object({ resource: z.object({ attributes }), scopeSpans: z.array(z.object({ spans: scoped(span) })) }),
  ),
});
const logs = z.object({
  resourceLogs: z.array(
    z.object({ resource: z.object({ attributes }), scopeLogs: z.array(z.object({ logRecords: scoped(record) })) }),
  ),
});

type Facts = Readonly<Record<string, string>>;
export type ReceivedSpan = Omit<z.infer<typeof span>, "attributes"> & { readonly facts: Facts };
type ReceivedRecord = Omit<z.infer<typeof record>, "attributes"> & { readonly facts: Facts };

/** An OTLP/HTTP receiver on a free loopback port, which keeps what comes: decoded where it is JSON, and every body as bytes. */
export interface OtlpReceiver {
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  readonly records: readonly ReceivedRecord[];
  readonly resources: readonly Facts[];
  readonly requests: readonly {
    readonly path: string;
    readonly headers: IncomingMessage["headers"];
    readonly body: Buffer;
  }[];
  /** How the next requests are answered; 200 at first. `never` leaves them open. */
  answer: number | "never";
  /** Resolves once the condition holds, which is asked after each request. */
  until(holds: () => boolean): Promise<void>;
  close(): Promise<void>;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const requests: { path: string; headers: IncomingMessage["headers"]; body: Buffer }[] = [];
  const spans: ReceivedSpan[] = [];
  const records: ReceivedRecord[] = [];
  const resources: Facts[] = [];
  let heard = Promise.withResolvers<void>();
  const take = (path: string, body: unknown): void => {
    if (path === "/v1/traces")
      for (const { resource, scopeSpans } of traces.parse(body).resourceSpans) {
        resources.push(factsOf(resource.attributes));
        for (const each of scopeSpans.flatMap((scope) => scope.spans))
          spans.push({ ...each, facts: factsOf(each.attributes) });
      }
    else
      for (const { resource, scopeLogs } of logs.parse(body).resourceLogs) {
        resources.push(factsOf(resource.attributes));
        for (const each of scopeLogs.flatMap((scope) => scope.logRecords))
          records.push({ ...each, facts: factsOf(each.attributes) });
      }
  };
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const sent = Buffer.concat(chunks);
      const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent;
      const path = request.url ?? "";
      requests.push({ path, headers: request.headers, body });
      if (request.headers["content-type"] === "application/json" && receiver.answer === 200)
        take(path, JSON.parse(body.toString("utf8")));
      if (receiver.answer !== "never") response.writeHead(receiver.answer).end();
      heard.resolve();
      heard = Promise.withResolvers();
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const receiver: OtlpReceiver = {
    url: `http://127.0.0.1:${port}`,
    spans,
    records,
    resources,
    requests,
    answer: 200,
    async until(holds) {
      while (!holds()) await heard.promise;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return receiver;
}

function factsOf(list: z.infer<typeof attributes>): Facts {
  return Object.fromEntries(list.map(({ key, value: said }) => [key, said.stringValue ?? String(said.intValue)]));
}
