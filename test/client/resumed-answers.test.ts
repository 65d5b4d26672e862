import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as StdioV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startFixture } from "../conformance/fixture.ts";
import { openWorld, type World } from "../support/world.ts";
import { scriptedGateway, streamed } from "./scripted-gateway.ts";
import { openTunnelBench, type TunnelBench } from "./tunnel-bench.ts";

let fixture: Awaited<ReturnType<typeof startFixture>>;
let world: World;
let bench: TunnelBench;
beforeAll(async () => {
  fixture = await startFixture();
  const rules = [{ name: "all", groups: ["engineers"], effect: "allow" }];
  world = await openWorld({ rules, config: { connections: [{ name: "fixture", http: { url: fixture.url } }] } });
  bench = await openTunnelBench(world.url, await world.token("engineer"), { connections: ["fixture"] });
});
afterAll(async () => {
  await bench.close();
  await world.close();
  await fixture.close();
});

const program = fileURLToPath(new URL("../../src/cli/index.ts", import.meta.url));
const http = (connection: string) =>
  new TransportV1(new URL(bench.url(connection)), {
    requestInit: { headers: { authorization: `Bearer ${bench.token}` } },
  });
const stdio = (...connection: readonly string[]) => ({
  command: process.execPath,
  args: [program, "stdio", ...connection, "--client", "resuming", "--profile", bench.directory],
});

describe("an answer whose stream its server closes in between", () => {
  it.each([
    ["a connection", () => http("fixture"), "test_reconnection"],
    ["the one server", () => http(""), "fixture__test_reconnection"],
    ["a connection over stdio", () => new StdioV1(stdio("fixture")), "test_reconnection"],
    ["the one server over stdio", () => new StdioV1(stdio()), "fixture__test_reconnection"],
  ])("comes whole through %s", async (_name, open, name) => {
    const client = new ClientV1({ name: "sdk-v1", version: "1" });
    await client.connect(open());
    const called = await client.callTool({ name, arguments: {} });
    expect(JSON.stringify(called.content)).toContain("Reconnection test completed successfully.");
    await client.close();
  });
});

describe("an answer over stdio that never comes", () => {
  it("is told as lost, whether its stream ends without it or can't be taken up again", async () => {
    const gateway = await scriptedGateway();
    const own = await openTunnelBench(gateway.origin, "token");
    gateway.answer = ({ what, message, last }, response) => {
      const params = JSON.stringify(message.params ?? {});
      if (what === "GET" && last !== undefined) response.writeHead(400).end();
      else if (what === "GET") response.writeHead(405).end();
      else if (what === "tools/call") {
        streamed(response, ...(params.includes("kept") ? ["id: cs.k.0\ndata: "] : []));
        response.end();
      } else return false;
      return true;
    };
    const client = new Client({ name: "sdk-v2", version: "1" });
    const args = [program, "stdio", "files", "--client", "lost", "--profile", own.directory];
    await client.connect(new StdioClientTransport({ command: process.execPath, args }));
    for (const name of ["kept", "not"])
      await expect(client.callTool({ name, arguments: {} })).rejects.toMatchObject({
        data: { outcome: "unknown" },
      });
    await client.close();
    await own.close();
    await gateway.close();
  });
});

describe("a client's own stream", () => {
  it("of a session that was begun anew goes on after events that came since, and hears on where they are kept no more", async () => {
    const gateway = await scriptedGateway();
    const own = await openTunnelBench(gateway.origin, "token");
    const asked: (string | undefined)[] = [];
    const news = '{"jsonrpc":"2.0","method":"notifications/x"}';
    gateway.answer = ({ what, last }, response) => {
      if (what !== "GET") return false;
      asked.push(last);
      if (last === "2") response.writeHead(400).end();
      else {
        streamed(response, `id: ${asked.length}\ndata: ${news}`);
        // The last one stays.
        if (asked.length < 4) response.end();
      }
      return true;
    };
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "raw", version: "1" } };
    const opened = await own.post({ jsonrpc: "2.0", id: 1, method: "initialize", params });
    const session = opened.headers.get("mcp-session-id") ?? "";
    gateway.forget();
    await own.post(
      { jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "x" } },
      { headers: { "mcp-session-id": session } },
    );
    const leaving = new AbortController();
    const headers = {
      authorization: `Bearer ${own.token}`,
      accept: "text/event-stream",
      "mcp-session-id": session,
    };
    const stream = await fetch(own.url("files"), { headers, signal: leaving.signal });
    const heard = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    let all = "";
    while (!all.includes("id: 4")) all += (await heard?.read())?.value ?? "";
    // After the first, after the second, which is kept no more, and without any.
    expect(asked).toEqual([undefined, "1", "2", undefined]);
    expect(all).toContain("tools/list_changed");
    leaving.abort();
    await own.close();
    await gateway.close();
  });
});
