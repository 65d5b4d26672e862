import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openGround, post, type Ground } from "../gateway/mcp/ground.ts";
import { bridgeCommand } from "./bridge.ts";
import { openTunnelBench, type TunnelBench } from "./tunnel-bench.ts";

/** Each is an event stream where it would be a JSON body otherwise; a server's own words among them. */
const instructions = "Read this first. ".repeat(3_000);
const tools = Array.from({ length: 400 }, (_, at) => ({
  name: `get_${at}`,
  description: `What number ${at} says. `.repeat(12),
  inputSchema: { type: "object" },
}));
const lengths = { short: 100, body: 30_000, event: 40_000, parts: 300_000 } as const;
const textOf = (length: number): string => "größer 😀\n".repeat(length / 10);

let ground: Ground & { close(): Promise<void> };
let bench: TunnelBench;
let token: string;

beforeAll(async () => {
  ground = await openGround((request, response, body) => {
    if (request.method !== "POST") return void response.writeHead(405).end();
    const {
      id,
      method,
      params = {},
    } = JSON.parse(body) as { id?: number; method: string; params?: Record<string, never> };
    if (id === undefined) return void response.writeHead(202).end();
    const { arguments: given = {}, protocolVersion = "2025-06-18" } = params as {
      arguments?: { length?: number; events?: boolean };
      protocolVersion?: string;
    };
    const said = (answer: object) => send(response, JSON.stringify({ jsonrpc: "2.0", id, ...answer }), given.events);
    const serverInfo = { name: "long", version: "1" };
    if (method === "initialize")
      return said({ result: { protocolVersion, capabilities: { tools: {} }, serverInfo, instructions } });
    if (method === "tools/list") return said({ result: { tools } });
    if (method === "tools/call")
      return said({ result: { content: [{ type: "text", text: textOf(given.length ?? 0) }] } });
    said({ error: { code: -32_601, message: "No such method." } });
  });
  token = await ground.token("erin", ["engineers"]);
  bench = await openTunnelBench(ground.url, token, { connections: ["target"] });
}, 60_000);
afterAll(async () => {
  await bench.close();
  await ground.close();
});

/** As events of the target's own, with its ids, or as a body. */
function send(response: ServerResponse, message: string, events = false): void {
  response.writeHead(200, { "content-type": events ? "text/event-stream" : "application/json" });
  response.end(events ? `id: targets-own\ndata: ${message}\n\n` : message);
}

const headers = () => ({ requestInit: { headers: { authorization: `Bearer ${bench.token}` } } });

async function openV1(connection: string): Promise<ClientV1> {
  const client = new ClientV1({ name: "sdk-v1", version: "1" });
  await client.connect(new TransportV1(new URL(bench.url(connection)), headers()));
  return client;
}

async function openV2(connection: string): Promise<Client> {
  const client = new Client({ name: "sdk-v2", version: "1" }, { versionNegotiation: { mode: "auto" } });
  await client.connect(new StreamableHTTPClientTransport(new URL(bench.url(connection)), headers()));
  return client;
}

async function openStdio(connection: string): Promise<Client> {
  const client = new Client({ name: "sdk-v2", version: "1" }, { versionNegotiation: { mode: "auto" } });
  await client.connect(new StdioClientTransport(bridgeCommand(connection, `long-${connection}`, bench.directory)));
  return client;
}

describe.each([
  ["SDK v1", "target", openV1],
  ["SDK v1 in the one server", "", openV1],
  ["SDK v2", "target", openV2],
  ["SDK v2 in the one server", "", openV2],
  ["SDK v2 over stdio", "target", openStdio],
] as const)("%s", (_name, connection, open) => {
  it("gets long words, long lists and long answers whole", async () => {
    const client = await open(connection);
    const prefix = connection === "" ? "target__" : "";
    if (connection !== "") expect(client.getInstructions()).toBe(instructions);
    const listed = (await client.listTools()).tools;
    expect(listed.map(({ name }) => name)).toEqual(tools.map(({ name }) => prefix + name));
    expect(listed.at(-1)?.description).toContain(tools.at(-1)?.description);
    for (const length of Object.values(lengths))
      for (const events of [false, true]) {
        const found = await client.callTool({ name: `${prefix}get_1`, arguments: { length, events } });
        expect(found.content).toEqual([{ type: "text", text: textOf(length) }]);
      }
    await client.close();
  }, 60_000);
});

function legacy(body: object, more: Record<string, string> = {}): Promise<Response> {
  const headers = { "mcp-protocol-version": "2025-11-25", ...more };
  return post(ground, token, { headers, body: { jsonrpc: "2.0", ...body } });
}

describe("a legacy client at the gateway", () => {
  it("is shown none of the target's event ids, and the ledger has each answer once", async () => {
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "raw", version: "1" } };
    const begun = await legacy({ id: 0, method: "initialize", params });
    expect(begun.headers.get("content-type")).toBe("text/event-stream");
    expect(await begun.text()).toContain("Read this first.");
    const session = { "mcp-session-id": begun.headers.get("mcp-session-id") ?? "" };
    expect(session["mcp-session-id"]).not.toBe("");
    await legacy({ method: "notifications/initialized" }, session);
    for (const [at, length] of Object.values(lengths).entries()) {
      const before = ground.ledger().length;
      const call = { id: at + 1, method: "tools/call", params: { name: "get_1", arguments: { length, events: true } } };
      const answer = await legacy(call, session);
      const text = await answer.text();
      expect(text).not.toContain("targets-own");
      for (const [line] of text.matchAll(/^id:.*$/gm)) expect(line).toMatch(/^id: cs\./);
      expect(JSON.parse(text.match(/^(?:data: )?(\{.*\})$/m)?.[1] ?? "null")).toMatchObject({ id: at + 1 });
      const kinds = ground
        .ledger()
        .slice(before)
        .map(({ kind }) => kind);
      expect(kinds).toEqual(["call.request", "call.response"]);
    }
  });
});
