import { once } from "node:events";
import { PassThrough } from "node:stream";
import { createInterface } from "node:readline";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bridge } from "../../src/client/stdio-bridge.ts";
import { SseParser } from "../../src/shared/sse.ts";
import { scriptedGateway, streamed, type ScriptedGateway } from "./scripted-gateway.ts";
import { openTunnelBench, type TunnelBench } from "./tunnel-bench.ts";

let gateway: ScriptedGateway;
let bench: TunnelBench;
beforeEach(async () => {
  gateway = await scriptedGateway();
  bench = await openTunnelBench(gateway.origin, "token", { connections: ["files", "mail"] });
});
afterEach(async () => {
  await bench.close();
  await gateway.close();
});

const call = { jsonrpc: "2.0", id: 7, method: "tools/call", params: { name: "pay" } };
const result = '{"jsonrpc":"2.0","id":7,"result":{"content":[]}}';
const calls = () => gateway.came.filter(({ what }) => what === "tools/call").length;

/** What a stdio client is told of the call. */
async function overStdio(): Promise<unknown> {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const carried = bridge({ directory: bench.directory, connection: "files", client: "stdio", input, output });
  const lines = createInterface(output);
  input.end(`${JSON.stringify(call)}\n`);
  const [line] = (await once(lines, "line")) as [string];
  await carried;
  lines.close();
  return JSON.parse(line);
}

describe("a call that may have run", () => {
  it("is never called not run over stdio, where what stands before the gateway gave up on it", async () => {
    gateway.answer = (_came, response) => {
      response.writeHead(504, { "content-type": "application/json" }).end('{"message":"upstream timed out"}');
      return true;
    };
    expect(await overStdio()).toMatchObject({ id: 7, error: { data: { outcome: "unknown" } } });
    expect(calls()).toBe(1);
  });

  it("is called not run over stdio, where the gateway refused it before it was forwarded", async () => {
    gateway.answer = (_came, response) => {
      response.writeHead(403, { "content-type": "application/json" });
      response.end('{"error":{"code":"not_allowed","message":"No rule lets you."}}');
      return true;
    };
    expect(await overStdio()).toMatchObject({ id: 7, error: { data: { code: "not_allowed", outcome: "not_run" } } });
  });

  it.each([
    ["tools/call", "unknown"],
    ["tools/list", "not_run"],
  ])("is not led elsewhere: %s is told as %s", async (method, outcome) => {
    gateway.answer = (_came, response) => {
      response.writeHead(303, { location: "/done" }).end();
      return true;
    };
    const { text } = await bench.post({ ...call, method });
    expect(JSON.parse(text)).toMatchObject({ error: { data: { code: "misconfigured", outcome } } });
    expect(gateway.came).toHaveLength(1);
  });
});

describe("a stream that is cut after its answer", () => {
  it.each([
    ["a result", result],
    ["an error", '{"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"no"}}'],
  ])("says nothing more than %s: another answer would call what ran unknown", async (_name, answer) => {
    gateway.answer = (_came, response) => {
      streamed(response, `data: ${answer}`);
      setImmediate(() => response.destroy());
      return true;
    };
    const { text } = await bench.post(call);
    expect(new SseParser().push(Buffer.from(text)).map(({ data }) => data)).toEqual([answer]);
  });

  it.each([
    ["of another's id", '{"jsonrpc":"2.0","id":70,"result":{}}'],
    ["in a string", '{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"\\"id\\":7,\\"result\\""}}'],
  ])("is told as lost where what came was an answer %s", async (_name, said) => {
    gateway.answer = (_came, response) => {
      streamed(response, `data: ${said}`);
      setImmediate(() => response.destroy());
      return true;
    };
    const { text } = await bench.post(call);
    expect(text).toContain('"outcome":"unknown"');
  });
});

describe("what stands before the gateway", () => {
  it("is asked by no client to compress what the tunnel has to read", async () => {
    let accepted: string | undefined;
    gateway.answer = (_came, response) => {
      accepted = response.req.headers["accept-encoding"]?.toString();
      if (accepted === undefined) return false;
      response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
      response.end(gzipSync(result));
      return true;
    };
    const meta = { "io.modelcontextprotocol/protocolVersion": "2026-07-28" };
    const modern = { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "files__pay" };
    const joined = { ...call, params: { name: "files__pay", _meta: meta } };
    const { text } = await bench.post(joined, {
      connection: "",
      headers: { ...modern, "accept-encoding": "gzip, br" },
    });
    expect(JSON.parse(text)).toMatchObject({ id: 7, result: {} });
    expect(accepted).toBeUndefined();
  });
});
