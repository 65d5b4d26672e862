import { Client } from "@modelcontextprotocol/client";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWorld, type World } from "../support/world.ts";
import { openTunnelBench, type TunnelBench } from "./tunnel-bench.ts";

let world: World;
let bench: TunnelBench;
beforeAll(async () => {
  world = await openWorld();
  bench = await openTunnelBench(world.url, await world.token("engineer"));
});
afterAll(async () => {
  await bench.close();
  await world.close();
});

const headers = () => ({ requestInit: { headers: { authorization: `Bearer ${bench.token}` } } });
async function v1(connection: string) {
  const client = new ClientV1({ name: "sdk-v1", version: "1" });
  await client.connect(new TransportV1(new URL(bench.url(connection)), headers()));
  return client;
}
async function v2(connection: string) {
  const client = new Client({ name: "sdk-v2", version: "1" }, { versionNegotiation: { mode: "auto" } });
  await client.connect(new StreamableHTTPClientTransport(new URL(bench.url(connection)), headers()));
  return client;
}
const echo = { name: "echo", arguments: { message: "hello" } };
const echoed = [{ type: "text", text: "Echo: hello" }];

describe("a client whose gateway was restarted", () => {
  it("of SDK v1 goes on with its session, though the gateway has forgotten it", async () => {
    const client = await v1("everything");
    expect((await client.callTool(echo)).content).toEqual(echoed);
    await world.restart();
    expect((await client.callTool(echo)).content).toEqual(echoed);
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain("echo");
    await world.restart();
    const both = await Promise.all([client.callTool(echo), client.callTool(echo)]);
    for (const { content } of both) expect(content).toEqual(echoed);
    await client.close();
  });

  it("of SDK v2 goes on as well", async () => {
    const client = await v2("customers");
    await world.restart();
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain("get_customer");
    await client.close();
  });

  it("hears on its own stream that what it lists may have changed", async () => {
    const client = await v1("everything");
    const changed = Promise.withResolvers<void>();
    client.fallbackNotificationHandler = async ({ method }) => {
      if (method === "notifications/tools/list_changed") changed.resolve();
    };
    await world.restart();
    await changed.promise;
    expect((await client.callTool(echo)).content).toEqual(echoed);
    await client.close();
  });
});

describe("another client's session", () => {
  it("is not begun anew for who only knows its name", async () => {
    const other = await openTunnelBench(world.url, await world.token("engineer"));
    const params = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "raw", version: "1" } };
    const opened = await bench.post(
      { jsonrpc: "2.0", id: 1, method: "initialize", params },
      { connection: "everything" },
    );
    const session = opened.headers.get("mcp-session-id") ?? "";
    await world.restart();
    const ask = { connection: "everything", headers: { "mcp-session-id": session } };
    const list = { jsonrpc: "2.0", id: 2, method: "tools/list" };
    expect((await other.post(list, ask)).status).toBe(404);
    expect(await bench.post(list, ask)).toMatchObject({ status: 200, text: expect.stringContaining("echo") });
    await other.close();
  });
});
