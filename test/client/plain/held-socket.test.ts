import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { Duplex } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Caller } from "../../../src/client/caller.ts";
import { servePlainly } from "../../../src/client/plain/connections.ts";
import { answerIn } from "./raw.ts";

/** A connection whose client takes what comes when it is told to. */
class HeldSocket extends Duplex {
  /** What the client has taken. */
  taken = "";
  isHeld = false;
  #waiting: (() => void) | null = null;

  override _read(): void {
    // What comes is pushed.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const take = () => {
      this.taken += chunk.toString("latin1");
      done();
    };
    if (this.isHeld) this.#waiting = take;
    else take();
  }

  /** The client takes all that has come, and whatever comes. */
  async release(): Promise<void> {
    this.isHeld = false;
    this.#waiting?.();
    await setImmediate();
  }
}

let server: Server;
let end: () => void;
let callers: Caller[];
let overs: boolean[];
/** What Node's server was given, and read. */
let toNode: { connections: number; requests: string[] };
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  [callers, overs, toNode] = [[], [], { connections: 0, requests: [] }];
  server = createServer({ requireHostHeader: false }, (request, response) => {
    toNode.requests.push(request.url ?? "");
    response.end("by Node");
  });
  const [serve] = server.listeners("connection");
  server.removeAllListeners("connection");
  server.on("connection", (socket) => {
    toNode.connections += 1;
    serve?.call(server, socket);
  });
  end = servePlainly(server, () => (_request, caller) => {
    callers.push(caller);
    return { over: (isAnswered) => void overs.push(isAnswered) };
  });
});
afterEach(() => {
  end();
  server.close();
  vi.useRealTimers();
});

const ask = (target: string) => Buffer.from(`POST ${target} HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}`);
const json = { status: 200, headers: { "content-type": "application/json" } };
const rest = () => vi.advanceTimersByTime(32_500);

function opened(): HeldSocket {
  const socket = new HeldSocket();
  server.emit("connection", socket);
  return socket;
}

/** Asks, and gives who asked. */
async function asked(socket: HeldSocket, target = "/"): Promise<Caller> {
  const before = callers.length;
  socket.push(ask(target));
  await setImmediate();
  expect(callers).toHaveLength(before + 1);
  const caller = callers.at(-1);
  if (caller === undefined) throw new Error("Nobody asked.");
  return caller;
}

describe("a connection that rests", () => {
  it("ends after its time, which each call begins anew, and no call or untaken answer counts towards", async () => {
    const socket = opened();
    for (let turn = 0; turn < 3; turn += 1) {
      const caller = await asked(socket);
      for (let count = 0; count < 5; count += 1) rest();
      socket.isHeld = true;
      caller.answer(json, Buffer.from("{}"));
      for (let count = 0; count < 5; count += 1) rest();
      await socket.release();
      rest();
      rest();
      expect(socket.destroyed).toBe(false);
    }
    rest();
    expect(socket.destroyed).toBe(true);
  });

  it("ends after its time where nothing ever came on it", () => {
    const socket = opened();
    for (let count = 0; count < 3; count += 1) rest();
    expect(socket.destroyed).toBe(true);
  });

  it("is Node's server's, which has times for that, where a body stays away", async () => {
    const socket = opened();
    socket.push(ask("/late").subarray(0, -1));
    await setImmediate();
    expect(toNode.connections).toBe(0);
    rest();
    expect(toNode.connections).toBe(1);
    socket.push("}");
    await expect.poll(() => toNode.requests).toEqual(["/late"]);
    socket.destroy();
  });

  it("has nothing left on it after a thousand answers of each kind", async () => {
    const socket = opened();
    const listeners = () => socket.eventNames().map((name) => [name, socket.listenerCount(name)]);
    await asked(socket).then((caller) => caller.answer(json, Buffer.from("{}")));
    const before = listeners();
    for (let turn = 0; turn < 1_000; turn += 1) {
      const caller = await asked(socket);
      if (turn % 2 === 0) caller.answer(json, Buffer.from("{}"));
      else {
        socket.isHeld = true;
        caller.response.writeHead(200, ["content-type", "text/event-stream"]);
        caller.response.write("x".repeat(70_000));
        await socket.release();
        caller.response.end("y");
      }
      await setImmediate();
    }
    expect(listeners()).toEqual(before);
    expect(overs).toEqual(Array.from({ length: 1_001 }, () => true));
  });
});

describe("a client that does not take its answer", () => {
  it("is given all of it after it has said its last word", async () => {
    const socket = opened();
    const caller = await asked(socket);
    socket.isHeld = true;
    caller.answer(json, Buffer.from("x".repeat(200_000)));
    socket.push(null);
    await setImmediate();
    const closed = once(socket, "close");
    await socket.release();
    await closed;
    expect(answerIn(socket.taken)?.answer.body).toHaveLength(200_000);
  });

  it("ends its call at once where it says its last word amidst that", async () => {
    const socket = opened();
    const { response } = await asked(socket);
    socket.isHeld = true;
    response.writeHead(200, ["content-type", "text/event-stream"]);
    response.write("x".repeat(200_000));
    socket.push(null);
    await once(response, "close");
    expect([socket.destroyed, overs]).toEqual([true, [false]]);
  });

  it("is read by Node's server where it asks on nevertheless, which holds it back", async () => {
    const socket = opened();
    const caller = await asked(socket);
    socket.isHeld = true;
    caller.answer(json, Buffer.from("x".repeat(200_000)));
    socket.push(ask("/second"));
    await setImmediate();
    expect(callers).toHaveLength(1);
    expect(toNode.requests).toEqual(["/second"]);
    expect(socket.isPaused()).toBe(true);
    await socket.release();
    await expect.poll(() => socket.taken).toContain("by Node");
    socket.destroy();
  });

  it("has a piece of a stream waiting for it, and the stream stands", async () => {
    const socket = opened();
    const { response } = await asked(socket);
    socket.isHeld = true;
    response.writeHead(200, ["content-type", "text/event-stream"]);
    const piece = "x".repeat(64 * 1024);
    for (let count = 0; count < 50; count += 1) expect(response.write(piece)).toBe(false);
    await setImmediate();
    expect(socket.writableLength).toBeLessThan(2 * piece.length);
    await socket.release();
    response.end();
    await expect.poll(() => answerIn(socket.taken)?.answer.body.length).toBe(50 * piece.length);
  });
});

describe("an answer", () => {
  it.each<[string, string, readonly string[]]>([
    ["longer", "4", ["{}", "{}", "{"]],
    ["shorter", "4", ["{}"]],
    ["of no number of bytes", "4, 4", ["{}{}"]],
  ])("that is %s than it says ends its connection", async (_name, length, parts) => {
    const socket = opened();
    const { response } = await asked(socket);
    response.writeHead(200, ["content-length", length]);
    for (const part of parts) response.write(part);
    response.end();
    await once(socket, "close");
    expect(overs).toEqual([false]);
    expect(socket.taken).not.toContain("{}{}{");
  });

  it.each([99, 101, 600, 1_000])("of the status %i is none", async (status) => {
    const socket = opened();
    const caller = await asked(socket);
    expect(() => caller.answer({ status, headers: {} }, Buffer.from("{}"))).toThrow(RangeError);
    expect(() => caller.response.writeHead(status, [])).toThrow(RangeError);
    expect(caller.response.headersSent).toBe(false);
    expect(socket.taken).toBe("");
    caller.answer(json, Buffer.from("{}"));
    await setImmediate();
    expect(answerIn(socket.taken)?.answer).toMatchObject({ status: 200, body: "{}" });
  });

  it.each([204, 304])("of the status %i has no body, whatever comes for one", async (status) => {
    for (const isStreamed of [false, true]) {
      const socket = opened();
      const caller = await asked(socket);
      if (isStreamed) {
        caller.response.writeHead(status, []);
        caller.response.end();
      } else caller.answer({ status, headers: {} }, Buffer.from("{}"));
      await setImmediate();
      expect(socket.taken).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*\r\n\r\n$`));
      expect(socket.taken).not.toMatch(/content-length|transfer-encoding/);
    }
  });

  it("that comes when its client has gone is told to nobody, and leaves Node's server nothing to wait for", async () => {
    const socket = opened();
    const caller = await asked(socket);
    socket.push(ask("/second"));
    await setImmediate();
    socket.destroy();
    await once(socket, "close");
    caller.answer(json, Buffer.from("{}"));
    await setImmediate();
    expect([socket.taken, overs, toNode]).toEqual(["", [false], { connections: 0, requests: [] }]);
  });
});
