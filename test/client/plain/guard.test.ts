import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openTunnelBench, type TunnelBench } from "../tunnel-bench.ts";
import { openRaw } from "./raw.ts";

/** What reached the gateway: as which client, and the body. */
let seen: { readonly client: unknown; readonly body: string }[] = [];
let gateway: Server;
let bench: TunnelBench;
beforeAll(async () => {
  gateway = createServer((request, response) => {
    // Where the tunnel's answer has a date, Node's server wrote it.
    response.sendDate = false;
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString("latin1")));
    request.on("end", () => {
      seen.push({ client: request.headers["countersign-client"], body });
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  }).listen(0, "127.0.0.1");
  await once(gateway, "listening");
  bench = await openTunnelBench(`http://127.0.0.1:${(gateway.address() as AddressInfo).port}`, "token");
});
beforeEach(() => {
  seen = [];
});
afterAll(async () => {
  await bench.close();
  gateway.closeAllConnections();
  gateway.close();
});

const lines = (token = bench.token) => [
  `Host: 127.0.0.1:${bench.port}`,
  `Authorization: Bearer ${token}`,
  "Content-Type: application/json",
  "Content-Length: 2",
];
const request = (headers: readonly string[], target = "/mcp/files") =>
  `POST ${target} HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n{}`;
const at = (port: number, token: string) => request(lines(token).with(0, `Host: localhost:${port}`));
const withHost = (host: string) => request(lines().with(0, `Host: ${host}`));
const withAuthorization = (value: string) => request(lines().with(1, `Authorization: ${value}`));
const withMore = (...more: string[]) => request([...lines(), ...more]);

describe.each(["127.0.0.1", "::1"] as const)("on %s, what no client may say", (host) => {
  it.each<[string, number, () => string]>([
    ["no Host", 403, () => request(lines().slice(1))],
    ["a foreign Host", 403, () => withHost(`evil.example:${bench.port}`)],
    ["a Host without its port", 403, () => withHost("127.0.0.1")],
    ["a Host of another port", 403, () => withHost(`127.0.0.1:${bench.port + 1}`)],
    ["a Host in capitals", 403, () => withHost(`LOCALHOST:${bench.port}`)],
    ["a Host with a dot behind it", 403, () => withHost(`localhost.:${bench.port}`)],
    ["a second Host", 403, () => withMore(`Host: 127.0.0.1:${bench.port}`)],
    ["a second, foreign Host", 403, () => withMore("hOST: evil.example")],
    ["an Origin", 403, () => withMore("Origin: null")],
    ["an empty Origin", 403, () => withMore("oRiGiN:")],
    ["our own Origin", 403, () => withMore(`Origin: http://127.0.0.1:${bench.port}`)],
    ["a path with a query", 404, () => request(lines(), "/mcp/files?x=1")],
    ["an encoded path", 404, () => request(lines(), "/mcp/%66iles")],
    ["a path with a dot segment", 404, () => request(lines(), "/mcp/../v1/me")],
    ["an absolute target", 404, () => request(lines(), `http://127.0.0.1:${bench.port}/mcp/files`)],
    ["no token", 401, () => request(lines().toSpliced(1, 1))],
    ["a wrong token", 401, () => withAuthorization(`Bearer cst_${"b".repeat(43)}`)],
    ["a token that ends otherwise", 401, () => withAuthorization(`Bearer ${bench.token.slice(0, -1)}~`)],
    ["a token with more", 401, () => withAuthorization(`Bearer ${bench.token}x`)],
    ["a token cut short", 401, () => withAuthorization(`Bearer ${bench.token.slice(0, -1)}`)],
    ["its token in capitals", 401, () => withAuthorization(`Bearer ${bench.token.toUpperCase()}`)],
    ["another scheme", 401, () => withAuthorization(`Basic ${bench.token}`)],
    ["its token twice", 401, () => withMore(`Authorization: Bearer ${bench.token}`)],
    ["a token of the person's", 401, () => withAuthorization("Bearer token")],
  ])("is refused with %s (%i), first or later, and nothing behind it is done", async (_name, status, bad) => {
    const good = request(lines());
    for (const before of [0, 1, 3]) {
      seen = [];
      const raw = openRaw(bench.port, host);
      for (let turn = 0; turn < before; turn += 1) {
        raw.send(good);
        const answer = await raw.answer();
        expect(answer).toMatchObject({ status: 200, body: "{}" });
        expect(answer?.headers["date"], "read without Node's server").toBeUndefined();
      }
      raw.send(bad() + good);
      expect(await raw.answer()).toMatchObject({ status, headers: { connection: "close" } });
      await raw.closed;
      expect(raw.rest()).toBe("");
      expect(seen).toHaveLength(before);
    }
  });
});

describe("on one connection", () => {
  it("each request is that of the client whose token it shows", async () => {
    const other = await bench.clients.add("other");
    const raw = openRaw(bench.port);
    for (const token of [bench.token, other.token, other.token, bench.token]) {
      raw.send(request(lines(token)));
      expect(await raw.answer()).toMatchObject({ status: 200 });
    }
    expect(seen.map(({ client }) => client)).toEqual(["test", "other", "other", "test"]);
    raw.socket.destroy();
    await bench.clients.remove(other.id);
  });

  it.each(["its token", "all tokens"])("a client is refused at once after %s ended", async (what) => {
    const gone = await bench.clients.add("gone");
    const [one, two] = [openRaw(bench.port), openRaw(bench.port)];
    for (const raw of [one, two]) {
      raw.send(request(lines(gone.token)));
      expect(await raw.answer()).toMatchObject({ status: 200 });
    }
    const removed = what === "its token" ? bench.clients.remove(gone.id) : bench.clients.removeAll();
    // Before that is written down, too.
    one.send(request(lines(gone.token)));
    expect(await one.answer()).toMatchObject({ status: 401 });
    await removed;
    two.send(request(lines(gone.token)));
    expect(await two.answer()).toMatchObject({ status: 401 });
    expect(seen).toHaveLength(2);
  });

  it("a client that is added again under its name has another token, and the first stays refused", async () => {
    const before = await bench.clients.add("again");
    const raw = openRaw(bench.port);
    raw.send(request(lines(before.token)));
    expect(await raw.answer()).toMatchObject({ status: 200 });
    await bench.clients.remove(before.id);
    const after = await bench.clients.add("again");
    raw.send(request(lines(after.token)));
    expect(await raw.answer()).toMatchObject({ status: 200 });
    raw.send(request(lines(before.token)));
    expect(await raw.answer()).toMatchObject({ status: 401 });
  });
});

describe("two tunnels at once", () => {
  it("each take their own Host and their own clients' tokens alone, in turn", async () => {
    const other = await openTunnelBench(`http://127.0.0.1:${(gateway.address() as AddressInfo).port}`, "token");
    const { token: ours } = await bench.clients.add("two tunnels");
    const [here, there] = [openRaw(bench.port), openRaw(other.port)];
    for (let turn = 0; turn < 3; turn += 1)
      for (const [raw, bytes] of [
        [here, at(bench.port, ours)],
        [there, at(other.port, other.token)],
      ] as const) {
        raw.send(bytes);
        expect(await raw.answer()).toMatchObject({ status: 200 });
      }
    here.send(at(other.port, ours));
    expect(await here.answer()).toMatchObject({ status: 403 });
    there.send(at(other.port, ours));
    expect(await there.answer()).toMatchObject({ status: 401 });
    await other.close();
  });
});
