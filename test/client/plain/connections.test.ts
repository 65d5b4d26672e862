import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openTunnelBench, type TunnelBench } from "../tunnel-bench.ts";
import { openRaw, type Raw } from "./raw.ts";

let gateway: Server;
let bench: TunnelBench;
let serve: (request: IncomingMessage, response: ServerResponse, body: string) => void;
const open: Raw[] = [];
beforeAll(async () => {
  gateway = createServer((request, response) => {
    // Where the tunnel's answer has a date, Node's server wrote it.
    response.sendDate = false;
    // The tunnel asks by itself whether the gateway takes calls.
    if (request.method === "GET") {
      response.end("{}");
      return;
    }
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString("latin1")));
    request.on("end", () => serve(request, response, body));
  }).listen(0, "127.0.0.1");
  await once(gateway, "listening");
  bench = await openTunnelBench(origin(), "token");
});
beforeEach(() => {
  serve = echo;
});
afterEach(() => {
  for (const raw of open.splice(0)) raw.socket.destroy();
});
afterAll(async () => {
  await bench.close();
  gateway.closeAllConnections();
  gateway.close();
});

const origin = () => `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
const echo: typeof serve = (_request, response, body) =>
  response.writeHead(200, { "content-type": "application/json", "content-length": body.length }).end(body);

function opened(port = bench.port): Raw {
  const raw = openRaw(port);
  open.push(raw);
  return raw;
}

const headOf = (framing: string, { token, port }: Pick<TunnelBench, "token" | "port"> = bench) =>
  `POST /mcp/files HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\n${framing}\r\n\r\n`;
const post = (body: string, at?: Pick<TunnelBench, "token" | "port">) =>
  headOf(`Content-Length: ${body.length}`, at) + body;
const inParts = (text: string) => text.match(/[^]{1,20}/g) ?? [];
const call = (id: number) => JSON.stringify({ jsonrpc: "2.0", id, method: "tools/call", params: { name: "x" } });

/** Asks, and says whether the answer came without Node's server. */
async function isPlain(raw: Raw, body = call(1)): Promise<boolean> {
  serve = echo;
  raw.send(post(body));
  const answer = await raw.answer();
  expect(answer).toMatchObject({ status: 200, body });
  return answer?.headers["date"] === undefined;
}

/** A call that has reached the gateway: how to answer it, and when its connection there has ended. */
function held(): Promise<{ readonly response: ServerResponse; readonly gone: Promise<void> }> {
  return new Promise((resolve) => {
    serve = (_request, response) => {
      const gone = new Promise<void>((left) => response.on("close", () => left()));
      resolve({ response, gone });
    };
  });
}

describe("what is no plain request", () => {
  it.each<[string, () => readonly string[]]>([
    ["a head that comes in parts", () => inParts(post("{}"))],
    ["a body in nine parts", () => [post("{}abcdef").slice(0, -8), ..."{}abcdef".split("")]],
    ["a chunked body", () => [headOf("Transfer-Encoding: chunked"), "2\r\n{}\r\n", "0\r\n\r\n"]],
    ["a body of 100 KB", () => [post("x".repeat(100_000))]],
    ["an empty line in front", () => ["\r\n", post("{}")]],
  ])("is answered by Node's server: %s", async (_name, parts) => {
    const [raw, other] = [opened(), opened()];
    for (const part of parts()) {
      // The part before has been read by then.
      expect(await isPlain(other)).toBe(true);
      raw.send(part);
    }
    expect(await raw.answer()).toMatchObject({ status: 200, body: expect.stringMatching(/^(\{\}|x)/) });
    expect(await isPlain(raw)).toBe(false);
  });

  it("is not a body that comes in a few parts behind its head, as some clients send it", async () => {
    const [raw, other] = [opened(), opened()];
    for (const body of ["{}", "{}abcd"])
      for (const parts of [[body], [body.slice(0, 1), body.slice(1)]]) {
        raw.send(headOf(`Content-Length: ${body.length}`));
        for (const part of parts) {
          // The part before has been read by then.
          expect(await isPlain(other)).toBe(true);
          raw.send(part);
        }
        expect(await raw.answer()).toMatchObject({ status: 200, body });
        expect(await isPlain(raw)).toBe(true);
      }
  });

  it("is answered so where it waits to be told to go on", async () => {
    const raw = opened();
    expect(await isPlain(raw)).toBe(true);
    raw.send(headOf("Content-Length: 2\r\nExpect: 100-continue"));
    expect(await raw.answer()).toMatchObject({ status: 100 });
    raw.send("{}");
    expect(await raw.answer()).toMatchObject({ status: 200, body: "{}" });
  });
});

describe("requests that come before the last is answered", () => {
  it("are answered in their order, and run one after the other", async () => {
    const raw = opened();
    const ran: string[] = [];
    const first = held();
    raw.send(post(call(1)));
    const { response } = await first;
    serve = (request, answer, body) => {
      ran.push(body);
      echo(request, answer, body);
    };
    raw.send(post(call(2)) + post(call(3)).slice(0, 40));
    raw.send(post(call(3)).slice(40));
    // They have come to the tunnel by the time that another client's call is answered, sent after them.
    const other = opened();
    other.send(post(call(9)));
    expect(await other.answer()).toMatchObject({ body: call(9) });
    expect(ran).toEqual([call(9)]);
    response.writeHead(200, { "content-type": "application/json" }).end("1");
    for (const body of ["1", call(2), call(3)]) expect(await raw.answer()).toMatchObject({ status: 200, body });
    expect(await isPlain(raw)).toBe(false);
  });

  it("come behind a stream whole", async () => {
    const raw = opened();
    const first = held();
    raw.send(post(call(1)));
    const { response } = await first;
    response.writeHead(200, { "content-type": "text/event-stream" }).write("data: 1\n\n");
    await once(raw.socket, "data");
    raw.send(post(call(2)));
    serve = echo;
    response.end("data: 2\n\n");
    expect(await raw.answer()).toMatchObject({ body: "data: 1\n\ndata: 2\n\n" });
    expect(await raw.answer()).toMatchObject({ body: call(2) });
  });

  it("are too many at some hundred kilobytes: the connection ends, and its call", async () => {
    const raw = opened();
    const first = held();
    raw.send(post(call(1)));
    const { gone } = await first;
    raw.send("x".repeat(300_000));
    await Promise.all([gone, raw.closed]);
    expect(raw.rest()).toBe("");
  });
});

describe("a client that leaves", () => {
  const ways: readonly [string, (raw: Raw) => unknown][] = [
    ["by an end", (raw) => raw.socket.end()],
    ["by an end of both sides", (raw) => raw.socket.destroy()],
    ["by a reset", (raw) => raw.socket.resetAndDestroy()],
  ];
  it.each(ways)(
    "%s ends its call at the gateway, before an answer and within one, whatever it asked besides",
    async (_name, leave) => {
      for (const behind of ["", post(call(2)), "x"])
        for (const begun of [false, true]) {
          const raw = opened();
          const first = held();
          raw.send(post(call(1)));
          const { response, gone } = await first;
          if (begun) {
            response.writeHead(200, { "content-type": "text/event-stream" }).write("data: 1\n\n");
            await once(raw.socket, "data");
          }
          if (behind !== "") raw.send(behind);
          leave(raw);
          await gone;
          await raw.closed;
        }
      expect(await isPlain(opened())).toBe(true);
    },
  );

  it.each<[string, () => readonly string[]]>([
    ["says nothing", () => []],
    ["rests", () => [post(call(1))]],
    ["has said a part of a head", () => [post(call(1)).slice(0, 30)]],
    ["has said its head alone", () => [headOf("Content-Length: 5")]],
  ])("is let go at once where it %s", async (_name, sent) => {
    for (const [, leave] of ways) {
      const [raw, other] = [opened(), opened()];
      for (const text of sent()) {
        raw.send(text);
        if (text === post(call(1))) expect(await raw.answer()).toMatchObject({ status: 200 });
      }
      // What was sent has been read by then.
      expect(await isPlain(other)).toBe(true);
      leave(raw);
      await raw.closed;
    }
  });

  it("may do so with its request: nothing is left of that", async () => {
    const raw = opened();
    raw.socket.end(Buffer.from(post(call(1))));
    await raw.closed;
    expect(raw.rest()).toBe("");
    expect(await isPlain(opened())).toBe(true);
  });
});

describe("answers on one connection", () => {
  const json = { "content-type": "application/json" };
  it.each<[string, typeof serve, object]>([
    [
      "JSON with a length",
      (_asked, response) => response.writeHead(200, { ...json, "content-length": 2 }).end("{}"),
      { status: 200, body: "{}", chunks: null },
    ],
    [
      "JSON without one",
      (_asked, response) => (response.writeHead(200, json).write("{"), response.end("}")),
      { status: 200, body: "{}", chunks: null },
    ],
    [
      "300 KB with a length",
      (_asked, response) => response.writeHead(200, { ...json, "content-length": 300_000 }).end("x".repeat(300_000)),
      { status: 200, body: "x".repeat(300_000), chunks: null },
    ],
    [
      "300 KB without one",
      (_asked, response) => (response.writeHead(200, json).write("x"), response.end("x".repeat(299_999))),
      { status: 200, body: "x".repeat(300_000) },
    ],
    [
      "200 without a body",
      (_asked, response) => response.writeHead(200).end(),
      { status: 200, body: "", headers: { "content-length": "0" } },
    ],
    [
      "202",
      (_asked, response) => response.writeHead(202).end(),
      { status: 202, body: "", headers: { "content-length": "0" } },
    ],
    ["204", (_asked, response) => response.writeHead(204).end(), { status: 204, body: "" }],
    ["400", (_asked, response) => response.writeHead(400, json).end("{}"), { status: 400, body: "{}" }],
    ["404", (_asked, response) => response.writeHead(404, json).end("{}"), { status: 404, body: "{}" }],
    ["413", (_asked, response) => response.writeHead(413, json).end("{}"), { status: 413, body: "{}" }],
    [
      "429",
      (_asked, response) => response.writeHead(429, { ...json, "retry-after": "1" }).end("{}"),
      { status: 429, headers: { "retry-after": "1" } },
    ],
    ["500", (_asked, response) => response.writeHead(500, json).end("{}"), { status: 500, body: "{}" }],
    [
      "an event stream that ends at once",
      (_asked, response) => response.writeHead(200, { "content-type": "text/event-stream" }).end(),
      { status: 200, body: "" },
    ],
    [
      "an event stream that breaks off behind its length",
      (_asked, response) =>
        response
          .writeHead(200, { "content-type": "text/event-stream", "content-length": 500 })
          .write("data: 1\n\n", () => response.destroy()),
      { status: 200, body: expect.stringMatching(/^data: 1\n\n[^]*"transient"[^]*\n\n$/), chunks: expect.anything() },
    ],
    [
      "JSON that breaks off",
      (_asked, response) =>
        void response.writeHead(200, { ...json, "content-length": 500 }).write("{", () => response.destroy()),
      { status: 200, body: expect.stringContaining('"unknown"') },
    ],
    [
      "a redirect",
      (_asked, response) => response.writeHead(307, { location: "http://127.0.0.1:1/" }).end(),
      { status: 200, body: expect.stringContaining('"unknown"') },
    ],
  ])("%s: framed so that the next call goes on as plainly", async (_name, answers, expected) => {
    const raw = opened();
    for (let turn = 0; turn < 2; turn += 1) {
      serve = answers;
      raw.send(post(call(1)));
      const answer = await raw.answer();
      expect(answer).toMatchObject(expected);
      expect(answer?.status === 204 && answer.headers["content-length"] !== undefined).toBe(false);
      expect(raw.rest()).toBe("");
      expect(await isPlain(raw)).toBe(true);
    }
  });

  it("an event stream comes as it is told, in no empty chunk, and its end leaves the connection", async () => {
    const raw = opened();
    const first = held();
    raw.send(post(call(1)));
    const { response } = await first;
    response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    // The head comes before there is an event.
    await once(raw.socket, "data");
    for (const event of ["data: 1\n\n", ": \n\n", `data: ${"2".repeat(100_000)}\n\n`]) {
      const before = raw.rest().length;
      response.write(event);
      while (raw.rest().length < before + event.length) await once(raw.socket, "data");
    }
    response.end();
    const answer = await raw.answer();
    expect(answer?.body).toBe(`data: 1\n\n: \n\ndata: ${"2".repeat(100_000)}\n\n`);
    expect(answer?.chunks).not.toContain(0);
    expect(await isPlain(raw)).toBe(true);
  });

  it.each<[string, Buffer]>([
    ["longer than is read of it", Buffer.alloc(100_000, "x")],
    ["of bytes that are no text", Buffer.from([0x22, 0xff, 0xfe, 0x22])],
  ])("a refusal of a session that is %s is framed by what is written", async (_name, body) => {
    const session = { "mcp-session-id": `s${body.length}` };
    const inSession = (text: string) =>
      post(text).replace("Host:", `Mcp-Session-Id: ${session["mcp-session-id"]}\r\nHost:`);
    const raw = opened();
    serve = (_asked, response) => response.writeHead(200, { "content-type": "application/json", ...session }).end("{}");
    raw.send(post(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params: {} })));
    expect(await raw.answer()).toMatchObject({ status: 200, headers: session });
    serve = (_asked, response) => response.writeHead(404, { "content-length": body.length }).end(body);
    raw.send(inSession(call(2)));
    expect(await raw.answer()).toMatchObject({ status: 404 });
    expect(raw.rest()).toBe("");
    expect(await isPlain(raw)).toBe(true);
  });

  it("a thousand and more leave nothing behind on it", async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => void warnings.push(warning);
    process.on("warning", onWarning);
    const raw = opened();
    for (let turn = 0; turn < 1_200; turn += 1) {
      const kind = turn % 3;
      serve = (asked, response, body) => {
        if (kind === 0) return echo(asked, response, body);
        response.writeHead(200, { "content-type": kind === 1 ? "text/event-stream" : "application/json" });
        response.write(body.slice(0, 5));
        response.end(body.slice(5));
      };
      raw.send(post(call(turn)));
      expect(await raw.answer()).toMatchObject({ status: 200, body: call(turn) });
    }
    expect(await isPlain(raw)).toBe(true);
    await setImmediate();
    process.off("warning", onWarning);
    expect(warnings).toEqual([]);
  });
});

describe("the end of", () => {
  it("a client: what it has running, and no more of what rests", async () => {
    const gone = await bench.clients.add("gone");
    const [resting, busy] = [opened(), opened()];
    serve = echo;
    resting.send(post(call(1), { ...bench, token: gone.token }));
    expect(await resting.answer()).toMatchObject({ status: 200 });
    const first = held();
    busy.send(post(call(1), { ...bench, token: gone.token }));
    const { gone: left } = await first;
    await bench.drop(gone.id);
    await Promise.all([left, busy.closed]);
    expect(busy.rest()).toBe("");
    resting.send(post(call(1), { ...bench, token: gone.token }));
    expect(await resting.answer()).toMatchObject({ status: 401 });
  });

  it("the tunnel: resting, busy and silent connections, those of another tunnel aside", async () => {
    const other = await openTunnelBench(origin(), "token");
    const all = Array.from({ length: 4 }, () => opened(other.port));
    const [resting, busy, streaming] = all as [Raw, Raw, Raw, Raw];
    resting.send(post(call(1), other));
    expect(await resting.answer()).toMatchObject({ status: 200 });
    let first = held();
    busy.send(post(call(1), other));
    const { gone } = await first;
    first = held();
    streaming.send(post(call(1), other));
    const { response, gone: streamGone } = await first;
    response.writeHead(200, { "content-type": "text/event-stream" }).write("data: 1\n\n");
    await once(streaming.socket, "data");
    await other.close();
    await Promise.all([gone, streamGone, ...all.map(({ closed }) => closed)]);
    expect(busy.rest()).toBe("");
    expect(await isPlain(opened())).toBe(true);
  });
});
