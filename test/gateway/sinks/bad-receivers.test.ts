import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createServer as createTls } from "node:tls";
import { expect, it, onTestFinished } from "vitest";
import type { SinkConfig } from "../../../src/gateway/config-sinks.ts";
import { makeServerCertificate } from "../../../src/demo/idp/certificate.ts";
import { syslogReceiver } from "../../support/event-receivers.ts";
import { eventually } from "../../support/eventually.ts";
import { append, ground } from "./sink-ground.ts";

const certificate = makeServerCertificate(Date.now());
const secret = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;

/** What a receiver does with a delivery instead of taking it, and what the log says then; by the name of its sink. */
const moods: Readonly<Record<string, readonly [act: RequestListener, said: RegExp]>> = {
  "never-answers": [() => undefined, /Timeout/],
  "answers-500": [(_request, response) => void response.writeHead(500).end(), /HTTP 500/],
  "answers-404": [(_request, response) => void response.writeHead(404).end(), /HTTP 404/],
  "has-moved": [
    (_request, response) => void response.writeHead(307, { location: "https://127.0.0.1:9/" }).end(),
    /HTTP 307/,
  ],
  "ends-amid-a-delivery": [(request) => void request.once("data", () => request.destroy()), /socket|ECONN/i],
  "ends-amid-its-answer": [
    (_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("{", () => response.destroy());
    },
    /closed|terminated|ECONN/i,
  ],
};

async function listening(listener: RequestListener): Promise<Server> {
  const server = createServer({ cert: certificate.cert, key: certificate.key }, listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return server;
}

/** A webhook and an OTLP sink of this name at this port. */
async function configs(data: string, name: string, port: number): Promise<readonly [SinkConfig, SinkConfig]> {
  const [ca, key] = [join(data, "ca.pem"), join(data, "secret")];
  await writeFile(ca, certificate.ca);
  await writeFile(key, secret);
  const url = `https://127.0.0.1:${port}/`;
  return [
    { name: `hook-${name}`, webhook: { url, headers: {}, secret: `file:${key}`, ca }, from: "beginning" },
    { name: `otlp-${name}`, otlp: { url, headers: {}, ca }, from: "beginning" },
  ];
}

it("receivers that don't answer, refuse, or end in the middle lag and are tried again, keep no other sink waiting, and get all in the end", async () => {
  const { data, store, log, start } = await ground(300);
  await append(store, 5);
  let isBad = true;
  const bodies = new Map<string, string>();
  const all: SinkConfig[] = [{ name: "file", file: { path: join(data, "events.jsonl") }, from: "beginning" }];
  for (const [name, [act]] of Object.entries(moods)) {
    const server = await listening((request, response) => {
      if (isBad) return act(request, response);
      request.setEncoding("utf8").on("data", (text: string) => bodies.set(name, (bodies.get(name) ?? "") + text));
      request.on("end", () => response.writeHead(200).end());
    });
    all.push(...(await configs(data, name, (server.address() as AddressInfo).port)));
  }
  const sinks = await start(...all);
  await eventually(() => {
    for (const { name, lag, failures } of sinks.feeds)
      expect([name, lag, failures > 0]).toEqual(name === "file" ? [name, 0, false] : [name, 5, true]);
  });
  const failed = log.filter(({ event }) => event === "sink.failed");
  expect(failed).toHaveLength(all.length - 1);
  for (const { sink, error } of failed) {
    const [, said] = moods[String(sink).slice("hook-".length)] ?? [];
    expect(String(error), String(sink)).toMatch(said ?? /never/);
  }
  isBad = false;
  await eventually(() => {
    for (const { name, lag } of sinks.feeds) expect([name, lag]).toEqual([name, 0]);
  });
  for (const name of Object.keys(moods))
    for (const seq of [0, 1, 2, 3, 4]) expect(bodies.get(name)).toContain(`gw.example:8443#${seq}`);
  await sinks.close();
});

it("what a syslog receiver took and never read, since its connection ended, comes again", async () => {
  const { cert, key, ca } = certificate;
  const opened = Promise.withResolvers<() => void>();
  const deaf = createTls({ cert, key }, (socket) => {
    socket.on("error", () => undefined);
    socket.pause();
    opened.resolve(() => socket.destroy());
  }).listen(0, "127.0.0.1");
  await once(deaf, "listening");
  const { port } = deaf.address() as AddressInfo;
  const { data, store, start } = await ground();
  const path = join(data, "ca.pem");
  await writeFile(path, ca);
  await append(store, 5);
  const sinks = await start({ name: "syslog", syslog: { host: "127.0.0.1", port, ca: path }, from: "beginning" });
  await eventually(() => expect(sinks.feeds[0]?.lag).toBe(0));
  deaf.close();
  (await opened.promise)();
  await once(deaf, "close");
  const receiver = await syslogReceiver(certificate, { port });
  onTestFinished(() => receiver.close());
  await eventually(() => expect(new Set(receiver.events.map(({ metadata }) => metadata.sequence)).size).toBe(5));
  expect(receiver.events.slice(0, 5).map(({ metadata }) => metadata.sequence)).toEqual([0, 1, 2, 3, 4]);
  await sinks.close();
});

it("a receiver whose certificate another authority signed gets nothing, whatever the protocol", async () => {
  const seen: string[] = [];
  const impostor = makeServerCertificate(Date.now());
  const server = createServer(
    { cert: impostor.cert, key: impostor.key },
    (request) => void seen.push(request.url ?? ""),
  );
  server.on("secureConnection", (socket) => socket.on("data", (data) => seen.push(data.toString("utf8"))));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const { data, store, log, start } = await ground(300);
  await append(store, 2);
  const [webhook, otlp] = await configs(data, "impostor", port);
  const syslog = { host: "127.0.0.1", port, ca: join(data, "ca.pem") };
  const sinks = await start(webhook, otlp, { name: "syslog", syslog, from: "beginning" });
  await eventually(() => {
    for (const { failures } of sinks.feeds) expect(failures).toBeGreaterThan(0);
  });
  expect(sinks.feeds.map(({ lag }) => lag)).toEqual([2, 2, 2]);
  for (const { error } of log) expect(String(error)).toMatch(/certificate|self-signed|signature/i);
  expect(seen).toEqual([]);
  await sinks.close();
});

it("a syslog receiver is asked for by its name", async () => {
  const names: (string | false | null)[] = [];
  const { cert, key, ca } = certificate;
  const server = createTls({ cert, key }, (socket) => {
    socket.on("error", () => undefined);
    socket.resume();
    names.push(socket.servername ?? null);
  }).listen(0, "localhost");
  await once(server, "listening");
  const { data, store, start } = await ground();
  const path = join(data, "ca.pem");
  await writeFile(path, ca);
  await append(store, 1);
  const { port } = server.address() as AddressInfo;
  const sinks = await start({ name: "syslog", syslog: { host: "localhost", port, ca: path }, from: "beginning" });
  await eventually(() => expect(sinks.feeds[0]?.lag).toBe(0));
  expect(names).toEqual(["localhost"]);
  await sinks.close();
  server.close();
});
