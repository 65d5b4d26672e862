import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, inputRequired, McpServer } from "@modelcontextprotocol/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Served } from "../../connections/servers.ts";
import { serve } from "../../connections/servers.ts";
import { openWays, type Ways } from "../../../conformance/ways.ts";

let served: Served;
/** The header in which the tool `locate` wants its region repeated. */
let regionHeader = "Region";
let ways: Ways;
let client: Client;
beforeAll(async () => {
  // It speaks 2026-07-28 and nothing older.
  const handle = toNodeHandler(createMcpHandler(modernServer, { legacy: "reject" }));
  served = await serve((request, response, body) => {
    const { method = "", url = "" } = request;
    return handle(Object.assign(request, { method, url }), response, JSON.parse(body === "" ? "null" : body));
  });
  ways = await openWays([{ name: "modern", http: { url: served.url }, timeout: "5s" }]);
  client = new Client({ name: "old", version: "1" }, { capabilities: { elicitation: {} } });
  await client.connect(new StreamableHTTPClientTransport(new URL(await ways.gateway("modern"))));
});
afterAll(async () => {
  await client.close();
  await ways.close();
  await served.close();
});

function modernServer(): McpServer {
  const server = new McpServer(
    { name: "new", version: "2" },
    { capabilities: { tools: {}, resources: { subscribe: true }, prompts: {}, logging: {} }, instructions: "Add." },
  );
  server.registerTool("add", { inputSchema: z.object({ a: z.number(), b: z.number() }) }, async ({ a, b }, ctx) => {
    const progressToken = ctx.mcpReq._meta?.progressToken;
    if (progressToken !== undefined)
      await ctx.mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress: 1 } });
    return { content: [{ type: "text", text: String(a + b) }] };
  });
  const region = z.string().meta({ "x-mcp-header": regionHeader });
  const place = z.object({ zip: z.string().meta({ "x-mcp-header": "Zip" }) });
  server.registerTool("locate", { inputSchema: z.object({ region, place: place.optional() }) }, (found) => ({
    content: [{ type: "text", text: JSON.stringify(found) }],
  }));
  server.registerTool("ask", {}, () => inputRequired({ inputRequests: { roots: inputRequired.listRoots() } }));
  server.registerResource("umlaut", "test://umlaut", {}, () => ({
    contents: [{ uri: "test://umlaut", text: "umlaut" }],
  }));
  server.registerPrompt("greet", {}, () => ({
    messages: [{ role: "user", content: { type: "text", text: "hello" } }],
  }));
  return server;
}

/** The headers of the call that the server saw last. */
function headers() {
  return served.seen.findLast(({ body }) => body.includes('"tools/call"'))?.headers;
}

describe("a legacy client in front of a server of 2026-07-28 alone", () => {
  it("is told who the server is and what of it can be had", () => {
    expect(client.getServerVersion()).toMatchObject({ name: "new", version: "2" });
    expect(client.getInstructions()).toBe("Add.");
    expect(client.getServerCapabilities()).toMatchObject({ tools: {}, resources: {}, prompts: {} });
    expect(client.getServerCapabilities()?.resources).not.toHaveProperty("subscribe");
  });

  it("lists, calls, reads and gets as if the server spoke its revision", async () => {
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(["add", "locate", "ask"]);
    const steps: unknown[] = [];
    const options = { onprogress: (step: unknown) => void steps.push(step) };
    const sum = await client.callTool({ name: "add", arguments: { a: 1, b: 2 } }, undefined, options);
    expect(sum).toMatchObject({ content: [{ text: "3" }] });
    expect(sum).not.toHaveProperty("resultType");
    expect(steps).toEqual([{ progress: 1 }]);
    expect(await client.readResource({ uri: "test://umlaut" })).toMatchObject({ contents: [{ text: "umlaut" }] });
    expect(await client.getPrompt({ name: "greet" })).toMatchObject({ messages: [{ content: { text: "hello" } }] });
    expect(await client.ping()).toEqual({});
  });

  it("sends the headers that a tool wants its arguments repeated in, those of today", async () => {
    const plain = { region: "eu-west", place: { zip: "01067" } };
    expect(await client.callTool({ name: "locate", arguments: plain })).toMatchObject({
      content: [{ text: JSON.stringify(plain) }],
    });
    expect(headers()).toMatchObject({ "mcp-method": "tools/call", "mcp-name": "locate" });
    expect(headers()).toMatchObject({ "mcp-param-region": "eu-west", "mcp-param-zip": "01067" });
    const umlaut = { region: "Köln\r\nX-Injected: 1" };
    expect(await client.callTool({ name: "locate", arguments: umlaut })).toMatchObject({
      content: [{ text: JSON.stringify(umlaut) }],
    });
    expect(headers()).toMatchObject({ "mcp-param-region": expect.stringMatching(/^=\?base64\?/) });
    expect(headers()).not.toHaveProperty("x-injected");
    expect(headers()).not.toHaveProperty("mcp-param-zip");
    regionHeader = "Area";
    await client.callTool({ name: "locate", arguments: plain });
    expect(headers()).toMatchObject({ "mcp-param-area": "eu-west" });
    expect(headers()).not.toHaveProperty("mcp-param-region");
  });

  it("is told clearly what its revision can't have", async () => {
    await expect(client.subscribeResource({ uri: "test://umlaut" })).rejects.toThrow(/subscri/i);
    await expect(client.callTool({ name: "ask" })).rejects.toThrow(/client capabilities/);
  });
});
