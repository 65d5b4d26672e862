import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { Duplex } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { servePlainly } from "../../../src/client/plain/connections.ts";
import { PlainRequests, type PlainRequest } from "../../../src/client/plain/request.ts";
import { fc } from "../../support/fast-check.ts";
import { bodies, drawn, edit, edited, sentinel, written, type Drawn } from "./drawn-requests.ts";

/** What Node's server read: headers flat, names in lower case. */
interface Read {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
  readonly body: string;
}

/** Each connection's requests, by the stand-in for its socket. */
const read = new WeakMap<object, Read[]>();

/** As the tunnel's own. */
function serverThatReads(): Server {
  return createServer({ requireHostHeader: false }, (request, response) => {
    const { method = "", url: target = "", rawHeaders } = request;
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString("latin1")));
    request.on("end", () => {
      const headers = rawHeaders.map((text, at) => (at % 2 === 0 ? text.toLowerCase() : text));
      read.get(request.socket)?.push({ method, target, headers, body });
      response.end();
    });
  });
}

let node: Server;
let tunnel: Server;
let end: () => void;
/** Of the connection that was opened last: what it read, and how many requests of it without Node's server. */
let found: Read[];
let plainly = 0;
beforeAll(() => {
  [node, tunnel] = [serverThatReads(), serverThatReads()];
  end = servePlainly(tunnel, () => ({ target, headers, body }, caller) => {
    plainly += 1;
    found.push({ method: caller.method, target, headers, body: body.toString("latin1") });
    queueMicrotask(() => caller.answer({ status: 200, headers: {} }, Buffer.from("{}")));
    return { over: () => undefined };
  });
});
afterAll(() => {
  end();
  node.close();
  tunnel.close();
});

/** Read behind whatever was sent, where nothing of that was left over. */
const sentinelRead = { method: "POST", target: "/sentinel", headers: ["content-length", "0"], body: "" };

/** What a server reads of these parts, and of a request behind them. */
async function readBy(server: Server, parts: readonly Buffer[]): Promise<readonly Read[]> {
  const socket = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  found = [];
  read.set(socket, found);
  server.emit("connection", socket);
  for (const part of [...parts, Buffer.from(sentinel)]) {
    socket.push(part);
    for (let turn = 0; turn < 3; turn += 1) await setImmediate();
  }
  if (!socket.destroyed) {
    socket.destroy();
    await once(socket, "close");
  }
  return found;
}

/** Where these bytes are taken for a plain request, Node's server takes them for the same one, and for nothing besides. */
async function alike(requests: PlainRequests, bytes: Buffer): Promise<PlainRequest | null> {
  const plain = requests.read(bytes);
  if (plain === null || typeof plain === "number") return null;
  const said = JSON.stringify(bytes.toString("latin1"));
  const { target, headers, body } = plain;
  const expected = { method: "POST", target, headers, body: body.toString("latin1") };
  expect(await readBy(node, [bytes]), said).toEqual([expected, sentinelRead]);
  // Nothing is known of it that a reader who has seen no other request doesn't see.
  expect(new PlainRequests().read(bytes), said).toEqual(plain);
  return plain;
}

const bytesOf = (text: string) => Buffer.from(text, "latin1");
const plainest: Drawn = {
  first: "POST /mcp/files HTTP/1.1",
  lines: ["Host: 127.0.0.1:1", "Authorization: Bearer cst_x", "Content-Type: application/json", "Accept: */*"],
  body: "{}",
  length: "2",
};

describe("a request that is read without Node's server", () => {
  it("is what Node's server reads of the same bytes, whatever they are", async () => {
    let taken = 0;
    const property = fc.asyncProperty(drawn, fc.nat(5), fc.array(edit, { maxLength: 2 }), async (given, at, edits) => {
      const text = edits.reduce(edited, written(given, at));
      if ((await alike(new PlainRequests(), bytesOf(text))) !== null) taken += 1;
    });
    await fc.assert(property, { numRuns: 20_000 });
    expect(taken).toBeGreaterThan(100);
  });

  it("is so too where its head repeats that of the request before, but for what was moved, cut or changed", async () => {
    let taken = 0;
    const next = fc.record({
      edits: fc.array(edit, { maxLength: 2 }),
      order: fc.array(fc.nat(3), { maxLength: 4 }),
      at: fc.nat(4),
    });
    const property = fc.asyncProperty(fc.array(next, { minLength: 2, maxLength: 5 }), async (sequence) => {
      const requests = new PlainRequests();
      for (const { edits, order, at } of sequence) {
        const lines = order.length === 0 ? plainest.lines : order.map((index) => plainest.lines[index] ?? "");
        const text = edits.reduce(edited, written({ ...plainest, lines }, at));
        if ((await alike(requests, bytesOf(text))) !== null) taken += 1;
      }
    });
    await fc.assert(property, { numRuns: 4_000 });
    expect(taken).toBeGreaterThan(100);
  });

  it("is the same where it comes in parts, among others, some of which Node's server reads", async () => {
    plainly = 0;
    const one = fc.tuple(drawn, fc.nat(5), fc.array(edit, { maxLength: 1 }));
    const well = fc.tuple(bodies, fc.nat(4), fc.constant([]));
    const requests = fc.array(fc.oneof(one, { weight: 3, arbitrary: well }), { minLength: 1, maxLength: 3 });
    const places = fc.array(fc.nat(9_999), { maxLength: 4 });
    const property = fc.asyncProperty(requests, places, fc.boolean(), async (given, cuts, areApart) => {
      const texts = given.map(([what, at, edits]) => {
        const request = typeof what === "string" ? { ...plainest, body: what, length: String(what.length) } : what;
        return edits.reduce(edited, written(request, at));
      });
      const bytes = bytesOf(texts.join(""));
      const ends = texts.map((_text, index) => texts.slice(0, index + 1).join("").length);
      const within = cuts.map((cut) => Math.floor((cut * bytes.length) / 10_000));
      const all = [...within, ...ends.filter(() => areApart)].toSorted((a, b) => a - b);
      const parts = [0, ...all]
        .map((from, index) => bytes.subarray(from, all[index]))
        .filter(({ length }) => length > 0);
      const said = JSON.stringify(parts.map((part) => part.toString("latin1")));
      const [here, there] = [await readBy(tunnel, parts), await readBy(node, parts)];
      // A request may run, or may not, where what comes in one part with its end is none.
      const isWhole = [here, there].some((all) => all.at(-1)?.target === sentinelRead.target);
      const least = isWhole ? Infinity : Math.min(here.length, there.length);
      expect(here.slice(0, least), said).toEqual(there.slice(0, least));
    });
    await fc.assert(property, { numRuns: 4_000 });
    expect(plainly).toBeGreaterThan(800);
  });

  it("is taken where it comes as MCP clients send it", () => {
    const requests = new PlainRequests();
    const bytes = bytesOf(written({ ...plainest, lines: [...plainest.lines, "connection: keep-alive"] }));
    for (let turn = 0; turn < 3; turn += 1) expect(requests.read(bytes)).toMatchObject({ target: "/mcp/files" });
  });
});
