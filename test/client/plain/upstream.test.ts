import type { Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { afterEach, expect, it, vi } from "vitest";
import { Departure } from "../../../src/client/departure.ts";
import { OutcomeUnknown, PersonLeft } from "../../../src/client/upstream/lost.ts";
import { createUpstream, type Asked, type Upstream } from "../../../src/client/upstream/upstream.ts";
import { openRawGateway, type RawGateway } from "./raw-gateway.ts";

const plainly = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
const shown = { headers: () => ({ authorization: "Bearer token" }) };
const pass = () => shown;
const told = (call: Promise<unknown>) => call.catch((error: unknown) => error);
const patience = { timeout: 20_000, interval: 1 };
let gateway: RawGateway;
let upstream: Upstream;
afterEach(async () => {
  await upstream.close();
  await gateway.close();
});

async function open(answer: (socket: Socket, request: number) => unknown): Promise<void> {
  gateway = await openRawGateway(answer);
  upstream = createUpstream({ origin: `http://127.0.0.1:${gateway.port}`, pass, ca: undefined });
}

/** A call that may run once at most. */
function asked(signal: Departure = new Departure()): Asked {
  const headers = ["content-type", "application/json"];
  return {
    method: "POST",
    connection: "files",
    headers,
    body: Buffer.from("{}"),
    isRepeatable: () => false,
    claims: () => ({}),
    signal,
  };
}

/** How many requests have come. */
function cameAt(): number {
  return gateway.requests.reduce((sum, each) => sum + each, 0);
}

async function call(): Promise<string | null> {
  return await (await upstream.ask(asked())).text(1_000);
}

it("an answer that says its type twice is one", async () => {
  const twice = "content-type: application/json\r\n".repeat(2);
  await open((socket) => socket.write(`HTTP/1.1 200 OK\r\n${twice}content-length: 2\r\n\r\n{}`));
  expect(await call()).toBe("{}");
});

it("a call that comes as the gateway ends its resting connections runs once, and has its answer", async () => {
  await open((socket) => socket.write(plainly));
  // A system under load may be late with an end: then once more.
  await vi.waitFor(async () => {
    await Promise.all([call(), call(), call()]);
    const before = cameAt();
    await setImmediate();
    for (const socket of gateway.sockets) socket.destroy();
    expect(await Promise.all([call(), call(), call()])).toEqual(["{}", "{}", "{}"]);
    expect(cameAt()).toBe(before + 3);
  }, patience);
});

it("who leaves hears that what was sent may have run, and that what was not sent has not; what rested is nobody's any more", async () => {
  let isSilent = false;
  await open((socket) => !isSilent && socket.write(plainly));
  await Promise.all([call(), call(), call()]);
  isSilent = true;
  const underWay = told(call());
  await vi.waitFor(() => expect(cameAt()).toBe(4));
  // The last one rested, one more has to come.
  const unsent = Array.from({ length: 3 }, () => told(call()));
  await Promise.resolve();
  upstream.leave();
  expect(await underWay).toBeInstanceOf(OutcomeUnknown);
  for (const each of unsent) expect(await each).toBeInstanceOf(PersonLeft);
  isSilent = false;
  expect(await call()).toBe("{}");
  expect(cameAt()).toBe(5);
});

it("a client that leaves before its call was sent has nothing of it sent, and leaves the next one a connection", async () => {
  await open((socket) => socket.write(plainly));
  await call();
  const signal = new Departure();
  const left = upstream.ask(asked(signal)).catch((error: unknown) => error);
  signal.abort();
  expect(await left).toMatchObject({ code: "cancelled" });
  await setImmediate();
  expect(await call()).toBe("{}");
  expect(gateway.requests).toEqual([2]);
});
