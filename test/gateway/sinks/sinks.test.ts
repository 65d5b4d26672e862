import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { appendFile, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SinkConfig } from "../../../src/gateway/config-sinks.ts";
import { makeServerCertificate } from "../../../src/demo/idp/certificate.ts";
import { type Receiver, syslogReceiver, webhookReceiver } from "../../support/event-receivers.ts";
import { otlpLogsReceiver } from "../../support/otlp-logs-receiver.ts";
import { eventually } from "../../support/eventually.ts";
import { append, ground } from "./sink-ground.ts";

const certificate = makeServerCertificate(Date.now());
const secret = randomBytes(24);
let webhook: Receiver;
let syslog: Receiver;
let otlp: Awaited<ReturnType<typeof otlpLogsReceiver>>;
const apiKey = randomBytes(12).toString("hex");
beforeAll(async () => {
  otlp = await otlpLogsReceiver(certificate, apiKey);
  webhook = await webhookReceiver(certificate, secret);
  syslog = await syslogReceiver(certificate);
});
afterAll(async () => {
  await Promise.all([webhook.close(), syslog.close(), otlp.close()]);
});

async function fileConfig(data: string): Promise<SinkConfig> {
  return { name: "file", file: { path: join(data, "events.jsonl") }, from: "beginning" };
}

async function webhookConfig(data: string): Promise<SinkConfig> {
  const [ca, key] = [join(data, "ca.pem"), join(data, "webhook-secret")];
  await writeFile(ca, certificate.ca);
  await writeFile(key, `whsec_${secret.toString("base64")}`);
  const url = `https://127.0.0.1:${webhook.port}/events`;
  return { name: "hook", webhook: { url, headers: {}, secret: `file:${key}`, ca }, from: "beginning" };
}

async function syslogConfig(data: string): Promise<SinkConfig> {
  const ca = join(data, "syslog-ca.pem");
  await writeFile(ca, certificate.ca);
  return { name: "syslog", syslog: { host: "127.0.0.1", port: syslog.port, ca }, from: "beginning" };
}

async function otlpConfig(data: string): Promise<SinkConfig> {
  const [ca, key] = [join(data, "otlp-ca.pem"), join(data, "otlp-key")];
  await writeFile(ca, certificate.ca);
  await writeFile(key, apiKey);
  const url = `https://127.0.0.1:${otlp.port}/v1/logs`;
  return { name: "otlp", otlp: { url, headers: { "X-Api-Key": `file:${key}` }, ca }, from: "beginning" };
}

async function linesOf(path: string): Promise<readonly number[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => (JSON.parse(line) as { metadata: { sequence: number } }).metadata.sequence);
}

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);
const sequences = ({ events }: Receiver, from: number): readonly number[] =>
  events.slice(from).map(({ metadata }) => metadata.sequence);

describe("a sink", () => {
  const kinds: readonly [
    string,
    (data: string) => Promise<SinkConfig>,
    (data: string) => Promise<readonly number[]>,
  ][] = [
    ["file", fileConfig, (data) => linesOf(join(data, "events.jsonl"))],
    ["webhook over HTTPS", webhookConfig, async () => sequences(webhook, began.webhook)],
    ["syslog receiver over TLS", syslogConfig, async () => sequences(syslog, began.syslog)],
    ["OTLP receiver over HTTPS", otlpConfig, async () => sequences(otlp, began.otlp)],
  ];
  const began = { webhook: 0, syslog: 0, otlp: 0 };
  it.each(kinds)(
    "that is a %s gets every entry in its order, and goes on after a restart",
    async (_kind, configOf, got) => {
      for (const [name, receiver] of Object.entries({ webhook, syslog, otlp }))
        Object.assign(began, { [name]: receiver.events.length });
      const { data, store, start } = await ground();
      const config = await configOf(data);
      await append(store, 700);
      const first = await start(config);
      await eventually(async () => expect(await got(data)).toEqual(upTo(700)));
      await append(store, 3);
      await eventually(async () => expect(await got(data)).toEqual(upTo(703)));
      // A delivery that nobody knows the end of would come again.
      await eventually(() => expect(first.feeds[0]?.lag).toBe(0));
      await first.close();
      await append(store, 2);
      const second = await start(config);
      await eventually(async () => expect(await got(data)).toEqual(upTo(705)));
      await eventually(() => expect(second.feeds[0]?.lag).toBe(0));
      await second.close();
      expect([...webhook.faults, ...syslog.faults, ...otlp.faults]).toEqual([]);
    },
  );

  it("that is dead is shown as lagging and loses nothing, while another one goes on", async () => {
    const { data, store, log, start } = await ground();
    const from = webhook.events.length;
    webhook.refuse = true;
    const sinks = await start(await webhookConfig(data), await fileConfig(data));
    await append(store, 20);
    await eventually(async () => expect(await linesOf(join(data, "events.jsonl"))).toEqual(upTo(20)));
    await eventually(() => expect(sinks.feeds.find(({ name }) => name === "hook")?.failures).toBeGreaterThan(1));
    await eventually(() =>
      expect(sinks.feeds.map(({ name, lag }) => [name, lag])).toEqual([
        ["hook", 20],
        ["file", 0],
      ]),
    );
    webhook.refuse = false;
    await eventually(() => expect(sequences(webhook, from)).toEqual(upTo(20)));
    await eventually(() => expect(log.map(({ event }) => event)).toEqual(["sink.failed", "sink.recovered"]));
    await sinks.close();
  });

  it("that is an OTLP receiver is left alone for as long as it asks, and gets everything after", async () => {
    const { data, store, log, start } = await ground();
    const from = otlp.events.length;
    const taking = otlp.answer;
    otlp.answer = { status: 429, headers: { "retry-after": "600" }, body: {}, takes: false };
    const sinks = await start(await otlpConfig(data));
    await append(store, 3);
    await eventually(() => expect(sinks.feeds[0]?.failures).toBe(1));
    expect(log).toMatchObject([{ event: "sink.failed", error: { message: "HTTP 429", waitMs: 300_000 } }]);
    await sinks.close();
    otlp.answer = { ...taking, status: 503, headers: { "retry-after": "0" }, takes: false };
    const again = await start(await otlpConfig(data));
    await eventually(() => expect(again.feeds[0]?.failures).toBeGreaterThan(0));
    otlp.answer = taking;
    await eventually(() => expect(sequences(otlp, from)).toEqual(upTo(3)));
    await again.close();
  });

  it("that is an OTLP receiver and rejects records is not sent them again, and what it said is told and counted", async () => {
    const { data, store, log, start } = await ground();
    const from = otlp.events.length;
    const taking = otlp.answer;
    const partialSuccess = { rejectedLogRecords: "2", errorMessage: "too old" };
    otlp.answer = { ...taking, body: { partialSuccess } };
    await append(store, 3);
    const sinks = await start(await otlpConfig(data));
    await eventually(() => expect(sinks.feeds[0]).toMatchObject({ lag: 0, rejected: 2, failures: 0 }));
    expect(log).toMatchObject([{ event: "sink.rejected", sink: "otlp", from: 0, count: 2, why: "too old" }]);
    expect(sequences(otlp, from)).toEqual(upTo(3));
    otlp.answer = taking;
    await sinks.close();
  });

  it("gets what was delivered just before a crash once more, under the same id", async () => {
    const { data, store, start } = await ground();
    await append(store, 5);
    const config = await fileConfig(data);
    const first = await start(config);
    await eventually(async () => expect(await linesOf(join(data, "events.jsonl"))).toEqual(upTo(5)));
    await eventually(() => expect(first.feeds[0]?.lag).toBe(0));
    await first.close();
    // As if the process had ended between delivery and note.
    await writeFile(join(data, "sink-file.json"), `{"next":3}\n`);
    const second = await start(config);
    await eventually(async () => expect(await linesOf(join(data, "events.jsonl"))).toEqual([0, 1, 2, 3, 4, 3, 4]));
    const lines = (await readFile(join(data, "events.jsonl"), "utf8")).split("\n");
    expect(lines[5]).toBe(lines[3]);
    await second.close();
  });

  it("is told whose an answer is after a new start, though its request was delivered before", async () => {
    const { data, store, start } = await ground();
    await store.commit((writes) => {
      const principal = { id: "corp:1", kind: "user", name: "Erin Engineer", state: "s" };
      writes.append("call.request", { principal, call: "cal_1", connection: "crm", method: "tools/call" });
    });
    const first = await start(await fileConfig(data));
    await eventually(() => expect(first.feeds[0]?.lag).toBe(0));
    await first.close();
    await store.commit((writes) => writes.append("call.response", { call: "cal_1", outcome: "ok" }));
    const second = await start(await fileConfig(data));
    await eventually(() => expect(second.feeds[0]?.lag).toBe(0));
    await second.close();
    const [, answer = ""] = (await readFile(join(data, "events.jsonl"), "utf8")).split("\n");
    expect(JSON.parse(answer)).toMatchObject({ actor: { user: { uid: "corp:1" } }, metadata: { sequence: 1 } });
  });

  it("that is a file gets a whole line for each entry, though a kill left the last one half", async () => {
    const { data, store, start } = await ground();
    await append(store, 2);
    const path = join(data, "events.jsonl");
    const first = await start(await fileConfig(data));
    await eventually(() => expect(first.feeds[0]?.lag).toBe(0));
    await first.close();
    await appendFile(path, `{"class_uid":3004,"half":"${"x".repeat(100_000)}`);
    await append(store, 1);
    const second = await start(await fileConfig(data));
    await eventually(async () => expect(await linesOf(path)).toEqual([0, 1, 2]));
    await second.close();
  });

  it("that is a pipe or device in place of a file takes nothing, and says why", async () => {
    const { data, store, log, start } = await ground();
    const pipe = join(data, "pipe");
    execFileSync("mkfifo", [pipe]);
    await append(store, 1);
    const paths = [pipe, "/dev/null"];
    const sinks = await start(
      ...paths.map((path, at): SinkConfig => ({ name: `file-${at}`, file: { path }, from: "beginning" })),
    );
    await eventually(() => expect(sinks.feeds.map(({ failures }) => failures > 0)).toEqual([true, true]));
    for (const { error } of log) expect(String(error)).toContain("must be a regular one");
    await sinks.close();
  });

  it("may begin with what comes from its first start on, and a file of it be moved away at any time", async () => {
    const { data, store, start } = await ground();
    await append(store, 4);
    const path = join(data, "events.jsonl");
    const sinks = await start({ name: "file", file: { path }, from: "now" });
    await append(store, 1);
    await eventually(async () => expect(await linesOf(path)).toEqual([4]));
    await rename(path, `${path}.1`);
    await append(store, 1);
    await eventually(async () => expect(await linesOf(path)).toEqual([5]));
    await sinks.close();
  });
});

it("tells a call as OCSF's API Activity, its answer with whose it is, and a long body by its leaf alone", async () => {
  const { data, store, start } = await ground();
  const principal = { id: "corp:1", kind: "user", name: "Erin Engineer", state: "s" };
  const about = { call: "cal_1", connection: "crm", address: "10.0.0.7", session: "ses_1", device: "dev_1" };
  await store.commit((writes) => {
    writes.append("call.request", { principal, ...about, method: "tools/call", name: "get_customer", effect: "allow" });
    writes.append("call.response", { call: "cal_1", outcome: "ok", ms: 12, response: { result: "x".repeat(70_000) } });
    writes.append("auth.refused", { address: "10.0.0.9", code: "expired" });
  });
  const sinks = await start(await fileConfig(data));
  const path = join(data, "events.jsonl");
  await eventually(async () => expect(await linesOf(path)).toEqual(upTo(3)));
  await sinks.close();
  const [request, response, refused] = (await readFile(path, "utf8"))
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
  expect(request).toMatchObject({
    class_uid: 6003,
    type_uid: 600_399,
    actor: { user: { uid: "corp:1", name: "Erin Engineer", type_id: 1 }, session: { uid: "ses_1" } },
    api: { operation: "get_customer", service: { name: "crm" }, request: { uid: "cal_1" } },
    src_endpoint: { ip: "10.0.0.7" },
    metadata: { uid: "gw.example:8443#0", correlation_uid: "cal_1", event_code: "call.request" },
    unmapped: { effect: "allow", body: { call: "cal_1" } },
  });
  expect(response).toMatchObject({
    status_id: 1,
    duration: 12,
    actor: { user: { uid: "corp:1" } },
    api: { operation: "get_customer", response: { message: "ok" } },
    unmapped: { leaf: expect.stringContaining('"seq":1') },
  });
  expect(JSON.stringify(response).length).toBeLessThan(5000);
  expect(refused).toMatchObject({ class_uid: 3002, status_id: 2, severity_id: 3, src_endpoint: { ip: "10.0.0.9" } });
});

it("tells whose a request is however long it is, and whose its answer", async () => {
  const { data, store, start } = await ground();
  const principal = { id: "corp:1", kind: "user", name: "Erin Engineer", state: "s" };
  const text = { arguments: { text: "x".repeat(300_000) } };
  const request = {
    address: "10.0.0.7",
    call: "cal_1",
    connection: "crm",
    name: "get_customer",
    params: text,
    principal,
  };
  await store.prepare(request);
  await store.commit((writes) => {
    writes.append("call.request", request);
    writes.append("call.response", { call: "cal_1", outcome: "ok", ms: 12 });
  });
  const sinks = await start(await fileConfig(data));
  const path = join(data, "events.jsonl");
  await eventually(async () => expect(await linesOf(path)).toEqual(upTo(2)));
  await sinks.close();
  const lines = (await readFile(path, "utf8")).trim().split("\n");
  const told = { actor: { user: { uid: "corp:1" } }, api: { operation: "get_customer", service: { name: "crm" } } };
  expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([told, told]);
  expect(lines.join("").length).toBeLessThan(10_000);
});
