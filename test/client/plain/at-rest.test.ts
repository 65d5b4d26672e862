import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { Exchange } from "../../../src/client/upstream/answer.ts";
import { count } from "../torture/held.ts";
import { openTunnelBench, type TunnelBench } from "../tunnel-bench.ts";

const message = JSON.stringify({ jsonrpc: "2.0", id: 1, result: {} });
const json = { "content-type": "application/json" };
const kinds: Readonly<Record<string, (response: ServerResponse) => void>> = {
  "with its length": (response) => response.writeHead(200, { ...json, "content-length": message.length }).end(message),
  "in chunks": (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(": waiting\n\n");
    setImmediate(() => response.end(`data: ${message}\n\n`));
  },
  "of many reads": (response) => {
    const long = message.padEnd(400_000);
    response.writeHead(200, { ...json, "content-length": long.length }).end(long);
  },
};

let answer: (response: ServerResponse) => void;
const gateway = createServer((request, response) => void request.resume().once("end", () => answer(response)));
// Longer than a test: what ends with its connection would be gone by itself.
gateway.keepAliveTimeout = 600_000;
let bench: TunnelBench;
beforeAll(async () => {
  await once(gateway.listen(0, "127.0.0.1"), "listening");
  bench = await openTunnelBench(`http://127.0.0.1:${(gateway.address() as AddressInfo).port}`, "token");
});
afterAll(async () => {
  await bench.close();
  gateway.closeAllConnections();
  gateway.close();
});

it.each(Object.entries(kinds))(
  "connections at rest hold nothing of the calls whose answers came %s",
  async (_, kind) => {
    answer = kind;
    for (let turn = 0; turn < 3; turn += 1)
      await Promise.all(
        [1, 2, 3, 4].map(() => bench.post({ jsonrpc: "2.0", id: 1, method: "tools/call", params: {} })),
      );
    // What a turn of the loop still has in its hands goes with it.
    await vi.waitFor(() => expect(count(Exchange)).toBe(0), { timeout: 10_000, interval: 50 });
  },
);

it("a session that is remembered, to be begun anew, holds nothing of the call that began it", async () => {
  answer = (response) => response.writeHead(200, { ...json, "mcp-session-id": "s-1" }).end(message);
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } };
  await bench.post({ jsonrpc: "2.0", id: 1, method: "initialize", params });
  await vi.waitFor(() => expect(count(Exchange)).toBe(0), { timeout: 10_000, interval: 50 });
});
