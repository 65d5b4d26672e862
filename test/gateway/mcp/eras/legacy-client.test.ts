import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { acceptedContent, createMcpHandler, inputRequired, McpServer } from "@modelcontextprotocol/server";
import {
  ElicitRequestSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Served } from "../../connections/servers.ts";
import { serve } from "../../connections/servers.ts";
import { openWays, type Ways } from "../../../conformance/ways.ts";
import { eventually } from "../../../support/eventually.ts";

let handler: ReturnType<typeof createMcpHandler>;
let served: Served;
/** The header in which the tool `locate` wants its region repeated. */
let regionHeader = "Region";
let ways: Ways;
let client: Client;
beforeAll(async () => {
  // It speaks 2026-07-28 and nothing older.
  handler = createMcpHandler(modernServer, { legacy: "reject" });
  const handle = toNodeHandler(handler);
  served = await serve((request, response, body) => {
    const { method = "", url = "" } = request;
    return handle(Object.assign(request, { method, url }), response, JSON.parse(body === "" ? "null" : body));
  });
  ways = await openWays([{ name: "modern", http: { url: served.url }, timeout: "30s" }]);
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
    {
      capabilities: { tools: { listChanged: true }, resources: { subscribe: true }, prompts: {}, logging: {} },
      instructions: "Add.",
    },
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
  server.registerTool("greet", {}, ({ mcpReq }) => {
    const who = acceptedContent(mcpReq.inputResponses, "who", z.object({ name: z.string() }));
    if (who !== undefined)
      return { content: [{ type: "text", text: `Hello ${who.name} ${String(mcpReq.requestState())}` }] };
    const form = { type: "object" as const, properties: { name: { type: "string" as const } } };
    const request = inputRequired.elicit({ message: "Who are you?", requestedSchema: form });
    return inputRequired({ inputRequests: { who: request }, requestState: "again" });
  });
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
  });

  it("lists, calls, reads and gets as if the server spoke its revision", async () => {
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(["add", "locate", "greet", "ask"]);
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

  it("is asked what the server asks in rounds, and the call goes on with its answer", async () => {
    const asked: string[] = [];
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      asked.push(params.message);
      return { action: "accept", content: { name: "Ada" } };
    });
    expect(await client.callTool({ name: "greet" })).toMatchObject({ content: [{ text: "Hello Ada again" }] });
    expect(asked).toEqual(["Who are you?"]);
    client.setRequestHandler(ElicitRequestSchema, () => {
      throw new Error("not now");
    });
    await expect(client.callTool({ name: "greet" })).rejects.toThrow(/input that it didn't get.*not now/s);
  });

  it("hears of changes on its own stream, and of a resource once it has subscribed", async () => {
    const heard: string[] = [];
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => void heard.push("tools"));
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void heard.push(params.uri));
    await eventually(() => {
      handler.notify.toolsChanged();
      expect(heard).toContain("tools");
    });
    await client.subscribeResource({ uri: "test://umlaut" });
    await eventually(() => {
      handler.notify.resourceUpdated("test://umlaut");
      expect(heard).toContain("test://umlaut");
    });
    await client.unsubscribeResource({ uri: "test://umlaut" });
  });

  it("is told clearly what its revision can't have", async () => {
    await expect(client.callTool({ name: "ask" })).rejects.toThrow(/client capabilities/);
  });
});
