import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { startBridge, type Bridge } from "./bridge.ts";
import { openTunnelBench } from "./tunnel-bench.ts";

const text = "x".repeat(20 * 1024 * 1024);
const note = JSON.stringify({ jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: 1 } });

function answerTo(id: number): string {
  return JSON.stringify({ jsonrpc: "2.0", id, result: { text } });
}

function call(id: number): object {
  return { id, method: "tools/call", params: { name: "echo", arguments: {} } };
}

/** A bridge to a gateway that answers so. */
async function answeredBy(answer: (response: ServerResponse) => void): Promise<Bridge> {
  const gateway = createServer((request, response) => {
    request.resume();
    answer(response);
  }).listen(0, "127.0.0.1");
  await once(gateway, "listening");
  const tunnel = await openTunnelBench(`http://127.0.0.1:${(gateway.address() as AddressInfo).port}`, "token");
  onTestFinished(async () => {
    await tunnel.close();
    gateway.close();
    gateway.closeAllConnections();
  });
  return startBridge("files", "large", tunnel.directory);
}

describe("an answer of twenty megabytes over stdio", () => {
  it("is passed on whole and in one line, as JSON", async () => {
    const bridge = await answeredBy((response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(JSON.parse(answerTo(5)), null, 1));
    });
    bridge.say(call(5));
    expect((await bridge.answer(5)).result).toEqual({ text });
  }, 60_000);

  it("is passed on as an event, after what was said before it", async () => {
    const bridge = await answeredBy((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`data: ${note}\n\n`);
      response.end(`data: ${answerTo(5)}\n\n`);
    });
    bridge.say(call(5));
    expect((await bridge.answer(5)).result).toEqual({ text });
    expect(bridge.lines).toHaveLength(2);
    expect(bridge.lines[0]).toBe(note);
  }, 60_000);

  it("that breaks off as an event ends in an error of its own, and others are answered after it", async () => {
    let asked = 0;
    const bridge = await answeredBy((response) => {
      asked += 1;
      response.writeHead(200, { "content-type": "text/event-stream" });
      if (asked > 1) response.end(`data: ${answerTo(6)}\n\n`);
      else response.write(`data: ${answerTo(5).slice(0, -4)}`, () => response.destroy());
    });
    bridge.say(call(5));
    const error = await vi.waitFor(
      () => {
        const [last = ""] = bridge.lines.slice(-1);
        if (!last.includes('"error"')) throw new Error("No error yet.");
        return JSON.parse(last) as object;
      },
      { timeout: 20_000, interval: 20 },
    );
    expect(error).toMatchObject({ id: 5, error: { data: { code: "transient", outcome: "unknown" } } });
    bridge.lines.length = 0;
    bridge.say(call(6));
    expect((await bridge.answer(6)).result).toEqual({ text });
  }, 60_000);
});
