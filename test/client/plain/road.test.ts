import { once } from "node:events";
import { type Socket } from "node:net";
import { Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { PlainRoad } from "../../../src/client/plain/road.ts";
import { Exchange } from "../../../src/client/upstream/answer.ts";
import { connector } from "../../../src/client/upstream/connector.ts";
import { heardBy, inPieces, openRawGateway, toldOf, type RawGateway, type Told } from "./raw-gateway.ts";

const body = Buffer.from('{"jsonrpc":"2.0","id":1,"method":"ping"}');
const plainly = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
const inChunks = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
const over = new Error("This test is over.");
const left = new Error("Whoever was signed in has left.");

let gateway: RawGateway;
let road: PlainRoad;
/** The road's own ends. */
let ends: Socket[];
afterEach(async () => {
  vi.useRealTimers();
  road.destroy(over);
  await gateway.close();
});

async function open(
  answer: (socket: Socket, request: number) => unknown,
  host?: string,
  greet?: (socket: Socket) => unknown,
): Promise<void> {
  gateway = await openRawGateway(answer, host, greet);
  ends = [];
  const connect = connector(false, undefined);
  const origin = `http://${host === undefined ? "127.0.0.1" : `[${host}]`}:${gateway.port}`;
  road = new PlainRoad(origin, (options, done) =>
    connect(options, (...[error, socket]) => {
      if (error !== null) return done(error, null);
      ends.push(socket);
      done(null, socket);
    }),
  );
}

function begin(exchange: Exchange = new Exchange(() => undefined)): Exchange {
  expect(road.dispatch({ path: "/mcp/files", headers: [], body }, exchange)).toBe(true);
  return exchange;
}

function call(): Promise<Told> {
  return toldOf((exchange) => void begin(exchange));
}

function isTaken(path: string, value: string): boolean {
  return road.dispatch({ path, headers: ["x-a", value], body }, new Exchange(() => undefined));
}

function listeners(): readonly unknown[] | undefined {
  return ends[0]?.eventNames().map((name) => [name, ends[0]?.listenerCount(name)]);
}

const patience = { timeout: 20_000, interval: 1 };
const whole = { status: 200, body: "hello", isWhole: true };
const none = { status: 0, body: "", isWhole: false };

describe("a connection to the gateway", () => {
  it.each([
    ["HTTP/1.1", "", 1],
    ["HTTP/1.1", "keep-alive: timeout=30\r\n", 1],
    ["HTTP/1.1", "Connection: Keep-Alive\r\nKeep-Alive: max=5, timeout=30\r\n", 1],
    ["HTTP/1.1", "keep-alive: timeout=soon\r\n", 1],
    ["HTTP/1.1", "keep-alive: timeout=1\r\n", 2],
    ["HTTP/1.1", "keep-alive: timeout=0\r\n", 2],
    ["HTTP/1.1", "connection: close\r\n", 2],
    ["HTTP/1.1", "Connection: CLOSE\r\nkeep-alive: timeout=30\r\n", 2],
    ["HTTP/1.1", "connection: keep-alive\r\nconnection: close\r\n", 2],
    ["HTTP/1.0", "", 2],
    ["HTTP/1.0", "transfer-encoding: chunked\r\n", 2],
  ])("rests after %s with %j as long as both sides keep it: two calls need %d", async (version, headers, wanted) => {
    const framed = headers.startsWith("transfer") ? "\r\n5\r\nhello\r\n0\r\n\r\n" : "content-length: 5\r\n\r\nhello";
    await open((socket) => socket.write(`${version} 200 OK\r\n${headers}${framed}`));
    expect(await call()).toMatchObject(whole);
    expect(await call()).toMatchObject(whole);
    expect(gateway.requests).toHaveLength(wanted);
  });

  it("rests after chunks, however they were cut, and nothing of them is left for the next answer", async () => {
    await open((socket, at) =>
      inPieces(socket, at % 2 === 0 ? [inChunks.slice(0, 20 + at * 5), inChunks.slice(20 + at * 5)] : [plainly]),
    );
    for (let count = 0; count < 8; count += 1) expect(await call()).toMatchObject(whole);
    expect(gateway.requests).toEqual([8]);
  });

  it.each([
    ["more than its length", `${plainly}${plainly}`],
    ["more than its chunks", `${inChunks}${plainly}`],
    ["a second answer's half behind chunks", `${inChunks}HTTP/1.1 200`],
    ["a body where there is none", "HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\nhello"],
  ])("that brings %s is not used again", async (_what, bytes) => {
    await open((socket, at) => socket.write(at === 0 ? bytes : plainly.replace("hello", "again")));
    expect(await call()).toMatchObject({ isWhole: true });
    expect(await call()).toMatchObject({ body: "again", isWhole: true });
    expect(gateway.requests).toEqual([1, 1]);
  });

  it.each([
    ["ends", (socket: Socket) => void socket.destroy()],
    ["is reset", (socket: Socket) => void socket.resetAndDestroy()],
    [
      "brings an answer that nobody asked for",
      (socket: Socket) => void socket.write(plainly.replace("hello", "stray")),
    ],
  ])("that %s as the next call comes is not what that goes on", async (_what, happen) => {
    await open((socket) => socket.write(plainly));
    // A system under load may be late with what happened: then once more.
    await vi.waitFor(async () => {
      await call();
      const before = gateway.sockets.length;
      await setImmediate();
      // What the system has by now is read before anything goes out.
      happen(gateway.sockets.at(-1) ?? expect.unreachable());
      expect(await call()).toMatchObject(whole);
      expect(gateway.sockets).toHaveLength(before + 1);
    }, patience);
  });

  it("that ends under a call is told as such, and the call is not sent again", async () => {
    await open((socket) => socket.destroy());
    const exchange = begin();
    expect(await heardBy(exchange)).toMatchObject(none);
    expect(exchange.sent).toBe(true);
    expect(gateway.requests).toEqual([1]);
  });

  it("that breaks under an answer that lasts as long as it leaves half of one, not a whole one", async () => {
    await open((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n\r\nhalf");
    });
    const exchange = begin();
    await exchange.head;
    ends[0]?.destroy(Object.assign(new Error("The network has gone."), { code: "ENETDOWN" }));
    expect(await heardBy(exchange)).toMatchObject({ status: 200, isWhole: false });
  });

  it("is not used again where its answer came before all of its request was sent", async () => {
    await open(
      () => undefined,
      undefined,
      (socket) => socket.pause().write(plainly),
    );
    const exchange = new Exchange(() => undefined);
    road.dispatch({ path: "/mcp/files", headers: [], body: Buffer.alloc(32 * 1024 * 1024) }, exchange);
    expect(await heardBy(exchange)).toMatchObject(whole);
    expect(ends[0]?.destroyed).toBe(true);
  });

  it.each([
    ["a length", "content-length: 100\r\n\r\nhalf"],
    ["chunks", "transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n"],
  ])("ends where the client leaves amidst an answer with %s", async (_what, rest) => {
    await open((socket, at) => socket.write(at === 0 ? `HTTP/1.1 200 OK\r\n${rest}` : plainly));
    const exchange = begin();
    (await exchange.head).drop();
    expect(await call()).toMatchObject(whole);
    expect(gateway.requests).toEqual([1, 1]);
    expect(ends[0]?.destroyed).toBe(true);
  });

  it.each([
    ["a length", `content-length: ${48 * 1024 * 1024}\r\n\r\n`, (part: Buffer) => part],
    [
      "chunks",
      "transfer-encoding: chunked\r\n\r\n",
      (part: Buffer) => Buffer.concat([Buffer.from("100000\r\n"), part, Buffer.from("\r\n")]),
    ],
  ])("is read no faster than an answer with %s is taken", async (_what, head, framed) => {
    await open(async (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${head}`);
      for (let count = 0; count < 48; count += 1)
        if (!socket.write(framed(Buffer.alloc(1024 * 1024)))) await once(socket, "drain");
      if (head.startsWith("transfer")) socket.write("0\r\n\r\n");
    });
    const exchange = begin();
    const waiting: (() => void)[] = [];
    let taken = 0;
    const into = new Writable({
      write(chunk: Buffer, _encoding, done) {
        taken += chunk.length;
        waiting.push(done);
      },
    });
    const passed = (await exchange.head).pass(into);
    let before = -1;
    await vi.waitFor(() => {
      const read = ends[0]?.bytesRead ?? 0;
      const same = read === before;
      before = read;
      expect(same && read > 0).toBe(true);
    });
    expect(before).toBeLessThan(2 * 1024 * 1024);
    while (!exchange.isOver) {
      waiting.shift()?.();
      if (waiting.length === 0) await setImmediate();
    }
    await passed;
    into.end();
    while (waiting.length > 0) waiting.shift()?.();
    expect(taken).toBe(48 * 1024 * 1024);
    expect(await toldOf((next) => void begin(next)).then(({ status }) => status)).toBe(200);
  });

  it("stays for the next call where one is given up before anything of it was sent", async () => {
    await open((socket) => socket.write(plainly));
    await call();
    const exchange = begin();
    exchange.abort(left);
    expect(await heardBy(exchange)).toMatchObject(none);
    await setImmediate();
    expect(await call()).toMatchObject(whole);
    const early = new Exchange(() => undefined);
    early.abort(left);
    expect(await heardBy(begin(early))).toMatchObject(none);
    await setImmediate();
    expect(await call()).toMatchObject(whole);
    expect(gateway.requests).toEqual([3]);
  });

  it("does not hear of the former call's end, pause or going on", async () => {
    await open((socket, at) => at < 1 && socket.write(plainly));
    const former = begin();
    await heardBy(former);
    const next = begin();
    await vi.waitFor(() => expect(gateway.requests).toEqual([2]));
    former.drop();
    former.abort(left);
    gateway.sockets[0]?.write(plainly);
    expect(await heardBy(next)).toMatchObject(whole);
  });

  it("is one of many where many call at once, and ends once it has rested long enough", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
    await open((socket) => socket.write(plainly));
    await Promise.all(Array.from({ length: 50 }, call));
    expect(gateway.requests).toHaveLength(50);
    vi.advanceTimersByTime(10_000);
    expect(ends.every(({ destroyed }) => destroyed)).toBe(true);
    await road.close();
  });

  it("is not taken for a fresh one where the clock was set back", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    await open((socket) => socket.write(plainly));
    await call();
    vi.setSystemTime(Date.now() - 3_600_000);
    await call();
    expect(gateway.requests).toHaveLength(2);
  });

  it("serves a thousand calls, and keeps nothing of them", async () => {
    await open((socket, at) => socket.write(at % 3 === 0 ? inChunks : plainly));
    const warned: Error[] = [];
    const onWarning = (warning: Error) => void warned.push(warning);
    process.on("warning", onWarning);
    await call();
    const before = listeners();
    for (let count = 0; count < 1_000; count += 1) await call();
    await setImmediate();
    process.off("warning", onWarning);
    expect(warned).toEqual([]);
    expect(listeners()).toEqual(before);
    expect(gateway.requests).toEqual([1_001]);
  });

  it("is made to an IPv6 address", async () => {
    await open((socket) => socket.write(plainly), "::1");
    expect(await call()).toMatchObject(whole);
  });
});

describe("the road", () => {
  it("leaves what is no plain post to others", async () => {
    await open(() => undefined);
    for (const value of ["a\r\nb: c", "a\nb", "a\0", "größer"]) expect(isTaken("/mcp/files", value)).toBe(false);
    for (const path of ["/mcp/a b", "/mcp/a\r\nb: c", "/mcp/ö"]) expect(isTaken(path, "a")).toBe(false);
  });

  it("ends for good with who leaves: what waits, comes, rests and is under way hears it at once, and nothing of it is sent", async () => {
    await open((socket, at) =>
      socket.write(at < 2 ? plainly : "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n"),
    );
    await Promise.all([call(), call()]);
    const underWay = begin();
    await underWay.head;
    const waiting = begin();
    const coming = [begin(), begin()];
    road.destroy(left);
    for (const each of [underWay, waiting, ...coming]) expect(each.isOver).toBe(true);
    expect(await heardBy(underWay)).toMatchObject({ isWhole: false });
    for (const each of [waiting, ...coming]) {
      expect(await heardBy(each)).toMatchObject(none);
      expect(each.sent).toBe(false);
      await expect(each.head).rejects.toBe(left);
    }
    const late = begin();
    expect(late.isOver).toBe(true);
    await expect(late.head).rejects.toBe(left);
    await road.close();
    expect(gateway.requests.reduce((sum, each) => sum + each, 0)).toBe(3);
    expect(ends.every(({ destroyed }) => destroyed)).toBe(true);
  });

  it("comes to its end with what is under way, waits or comes, and with nothing that rests", async () => {
    const answers: (() => void)[] = [];
    await open((socket, at) => (at < 2 ? socket.write(plainly) : answers.push(() => socket.write(plainly))));
    await Promise.all([call(), call()]);
    const all = [begin(), begin(), begin()];
    let isClosed = false;
    const closed = road.close().then(() => (isClosed = true));
    await vi.waitFor(() => expect(answers).toHaveLength(3));
    expect(isClosed).toBe(false);
    for (const answer of answers) answer();
    for (const each of all) expect(await heardBy(each)).toMatchObject(whole);
    await closed;
    expect(ends.every(({ destroyed }) => destroyed)).toBe(true);
  });
});
