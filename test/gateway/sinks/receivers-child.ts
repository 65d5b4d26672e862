/**
 * A webhook, a syslog and an OTLP receiver in a process of their own, which a test may kill: each event is written to the file of its receiver
 * before it is taken, as `SEQUENCE UID`.
 */
import { openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { syslogReceiver, webhookReceiver, type ReceiverOptions } from "../../support/event-receivers.ts";
import { otlpLogsReceiver } from "../../support/otlp-logs-receiver.ts";

const { folder, ports, secret, apiKey } = z
  .object({
    folder: z.string(),
    ports: z.object({ webhook: z.number(), syslog: z.number(), otlp: z.number() }),
    secret: z.string(),
    apiKey: z.string(),
  })
  .parse(JSON.parse(process.argv[2] ?? ""));
const pem = (name: string): string => readFileSync(join(folder, name), "utf8");
const certificate = { cert: pem("cert.pem"), key: pem("key.pem"), ca: pem("ca.pem") };

function options(name: keyof typeof ports): ReceiverOptions {
  const file = openSync(join(folder, `${name}.received`), "a");
  return {
    port: ports[name],
    noted: ({ metadata: { sequence, uid } }) => void writeSync(file, `${sequence} ${uid}\n`),
  };
}

await webhookReceiver(certificate, Buffer.from(secret, "base64"), options("webhook"));
await syslogReceiver(certificate, options("syslog"));
await otlpLogsReceiver(certificate, apiKey, options("otlp"));
process.stdout.write("listening\n");
