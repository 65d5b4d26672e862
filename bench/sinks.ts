import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { makeServerCertificate } from "../src/demo/idp/certificate.ts";
import type { JsonObject } from "../src/shared/json.ts";
import { syslogReceiver, webhookReceiver, type Receiver } from "../test/support/event-receivers.ts";
import { otlpLogsReceiver } from "../test/support/otlp-logs-receiver.ts";
import { echoJob, type Ground } from "./ground.ts";
import { ratio } from "./load.ts";
import { quantile } from "./table.ts";

/** How long calls are made at a moderate pace, and how far apart, in milliseconds. */
const [lastsMs, paceMs] = [15_000, 10];
const receivers = ["webhook", "syslog", "otlp"] as const;

/** How soon entries reach receivers under moderate load: from an entry's own time to its being in a receiver, receivers being in this process. */
export async function measureReach(ground: Ground): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-bench-sinks-"));
  const certificate = makeServerCertificate(Date.now());
  const [secret, apiKey] = [randomBytes(24), randomBytes(12).toString("hex")];
  const times: Record<(typeof receivers)[number], number[]> = { webhook: [], syslog: [], otlp: [] };
  const noted = (name: keyof typeof times) => ({
    noted: ({ time }: { readonly [member: string]: unknown }) => void times[name].push(Date.now() - Number(time)),
  });
  const open: readonly Receiver[] = [
    await webhookReceiver(certificate, secret, noted("webhook")),
    await syslogReceiver(certificate, noted("syslog")),
    await otlpLogsReceiver(certificate, apiKey, noted("otlp")),
  ];
  try {
    const ca = join(folder, "ca.pem");
    await writeFile(ca, certificate.ca);
    const [webhook = 0, syslog = 0, otlp = 0] = open.map(({ port }) => port);
    const sinks = [
      { name: "webhook", webhook: { url: `https://127.0.0.1:${webhook}/`, secret: "env:BENCH_SECRET", ca } },
      { name: "syslog", syslog: { host: "127.0.0.1", port: syslog, ca } },
      {
        name: "otlp",
        otlp: { url: `https://127.0.0.1:${otlp}/v1/logs`, headers: { "x-api-key": "env:BENCH_KEY" }, ca },
      },
    ];
    const env = { BENCH_SECRET: `whsec_${secret.toString("base64")}`, BENCH_KEY: apiKey };
    const gateway = await ground.gateway({ sinks, env });
    const token = await gateway.token("erin", ["engineers"]);
    const job = echoJob(`${gateway.url}/mcp/target`, token, 1, 1);
    let calls = 0;
    for (const untilMs = performance.now() + lastsMs; performance.now() < untilMs; calls += 1) {
      await ground.client.run(job);
      await wait(paceMs);
    }
    await wait(2000);
    const lines = receivers.map((name) => {
      const [p50, p99] = [0.5, 0.99].map((share) => quantile(times[name], share).toFixed(0).padStart(8));
      return [
        name.padEnd(30),
        p50,
        p99,
        Math.max(...times[name])
          .toFixed(0)
          .padStart(8),
      ].join(" ");
    });
    const pace = Math.round((calls * 1000) / lastsMs);
    const head = ["".padEnd(30), "p50 ms".padStart(8), "p99 ms".padStart(8), "most ms".padStart(8)].join(" ");
    return [
      `From an entry to its receiver, at ${pace} calls a second (${times.otlp.length} entries)`,
      head,
      ...lines,
      "",
    ].join("\n");
  } finally {
    for (const receiver of open) await receiver.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** What dead sinks cost: the same call by a gateway without sinks, by another such one, and by one whose three sinks are dead in three ways. */
export async function measureDeadSinks(ground: Ground): Promise<string> {
  const silent = createServer(() => undefined).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const address = silent.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const dead = [
    { name: "refused", webhook: { url: "https://127.0.0.1:9/", secret: "env:BENCH_SECRET" } },
    { name: "silent", otlp: { url: `http://127.0.0.1:${port}/v1/logs` } },
    { name: "unreached", syslog: { host: "127.0.0.1", port } },
  ];
  const kinds = { "no sinks": [], "no sinks, again": [], "three dead sinks": dead };
  const ways: Way[] = [];
  for (const [name, sinks] of Object.entries(kinds)) ways.push(await wayTo(ground, name, sinks));
  for (let round = 0; round < rounds; round += 1)
    for (const way of ways.map((_, at) => ways[(at + round) % ways.length]))
      if (way !== undefined) await measureOnce(ground, way);
  silent.close();
  const [base] = ways;
  const lines = ways.map(({ name, p50sMs, spentsUs }) => {
    const [alone, spent] = [quantile(p50sMs, 0.5).toFixed(3), quantile(spentsUs, 0.5).toFixed(0)];
    const [slower, dearer] = [ratio(p50sMs, base?.p50sMs).toFixed(2), ratio(spentsUs, base?.spentsUs).toFixed(2)];
    return [
      name.padEnd(30),
      alone.padStart(9),
      `×${slower}`.padStart(9),
      spent.padStart(11),
      `×${dearer}`.padStart(9),
    ].join(" ");
  });
  const head = ["".padEnd(30), "×1 p50 ms", "     cost", "×16 CPU µs ", "    cost"].join(" ");
  return [`What dead sinks cost a call, medians of ${rounds} interleaved rounds`, head, ...lines, ""].join("\n");
}

/** A gateway, and in each round the median of a call alone and the gateway's processor time for each of many at once. */
interface Way {
  readonly name: string;
  readonly url: string;
  readonly token: string;
  readonly p50sMs: number[];
  readonly spentsUs: number[];
}

const rounds = 7;
const callsAtOnce = 1500;

async function wayTo(ground: Ground, name: string, sinks: JsonObject[]): Promise<Way> {
  const gateway = await ground.gateway({ sinks, env: { BENCH_SECRET: "text" } });
  const token = await gateway.token("erin", ["engineers"]);
  const way = { name, url: gateway.url, token, p50sMs: [], spentsUs: [] };
  await ground.client.run(echoJob(`${way.url}/mcp/target`, token, 16, callsAtOnce));
  return way;
}

async function measureOnce({ client }: Ground, { url, token, p50sMs, spentsUs }: Way): Promise<void> {
  const { times } = await client.run(echoJob(`${url}/mcp/target`, token, 1, 200));
  p50sMs.push(quantile(times, 0.5));
  const beforeUs = await spentUs(url);
  await client.run(echoJob(`${url}/mcp/target`, token, 16, callsAtOnce));
  spentsUs.push(((await spentUs(url)) - beforeUs) / callsAtOnce);
}

async function spentUs(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^process_cpu_seconds (\S+)$/m.exec(text)?.[1]) * 1e6;
}
