import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { Duplex } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PlainRequests, type PlainRequest } from "../../../src/client/plain/request.ts";
import { fc } from "../../support/fast-check.ts";
import { drawn, edit, edited, sentinel, written, type Drawn } from "./drawn-requests.ts";

/** What Node's server read: headers flat, names in lower case. */
interface Read {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
  readonly body: string;
}

/** Each connection's requests, by the stand-in for its socket. */
const read = new WeakMap<object, Read[]>();
let server: Server;
beforeAll(() => {
  // As the tunnel's own.
  server = createServer({ requireHostHeader: false }, (request, response) => {
    const { method = "", url: target = "", rawHeaders } = request;
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString("latin1")));
    request.on("end", () => {
      const headers = rawHeaders.map((text, at) => (at % 2 === 0 ? text.toLowerCase() : text));
      read.get(request.socket)?.push({ method, target, headers, body });
      response.end();
    });
  });
});
afterAll(() => server.close());

/** Read behind whatever was sent, where nothing of that was left over. */
const sentinelRead = { method: "POST", target: "/sentinel", headers: ["content-length", "0"], body: "" };

/** What Node's server reads of these bytes, and of a request behind them. */
async function readByNode(bytes: Buffer): Promise<readonly Read[]> {
  const socket = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  const requests: Read[] = [];
  read.set(socket, requests);
  server.emit("connection", socket);
  for (const part of [bytes, Buffer.from(sentinel)]) {
    socket.push(part);
    for (let turn = 0; turn < 3; turn += 1) await setImmediate();
  }
  if (!socket.destroyed) {
    socket.destroy();
    await once(socket, "close");
  }
  return requests;
}

/** Where these bytes are taken for a plain request, Node's server takes them for the same one, and for nothing besides. */
async function alike(requests: PlainRequests, bytes: Buffer): Promise<PlainRequest | null> {
  const plain = requests.read(bytes);
  if (plain === null) return null;
  const said = JSON.stringify(bytes.toString("latin1"));
  const { target, headers, body } = plain;
  const expected = { method: "POST", target, headers, body: body.toString("latin1") };
  expect(await readByNode(bytes), said).toEqual([expected, sentinelRead]);
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

  it("is taken where it comes as MCP clients send it", () => {
    const requests = new PlainRequests();
    const bytes = bytesOf(written({ ...plainest, lines: [...plainest.lines, "connection: keep-alive"] }));
    for (let turn = 0; turn < 3; turn += 1) expect(requests.read(bytes)).toMatchObject({ target: "/mcp/files" });
  });
});
