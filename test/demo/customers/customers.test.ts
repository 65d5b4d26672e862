import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { createInterface } from "node:readline";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const entry = new URL("../../../src/demo/customers/index.ts", import.meta.url).pathname;
let child: ChildProcess;
let url: URL;

beforeAll(async () => {
  child = spawn(process.execPath, [entry], { stdio: ["pipe", "pipe", "inherit"] });
  if (child.stdout === null) throw new Error("no standard output");
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const { port } = JSON.parse(line) as { port: number };
  url = new URL(`http://127.0.0.1:${port}/mcp`);
});

afterAll(async () => {
  if (child.exitCode === null) {
    child.stdin?.end();
    await once(child, "exit");
  }
});

async function modernClient(): Promise<Client> {
  const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
  await client.connect(new StreamableHTTPClientTransport(url));
  return client;
}

async function legacyClient(): Promise<{ client: ClientV1; transport: TransportV1 }> {
  const client = new ClientV1({ name: "test", version: "1" });
  const transport = new TransportV1(url);
  await client.connect(transport);
  return { client, transport };
}

describe("the customers server", () => {
  it("lists its four tools with output schemas to a 2026-07-28 client", async () => {
    const client = await modernClient();
    const { tools } = await client.listTools();
    expect(client.getProtocolEra()).toBe("modern");
    expect(tools.map((tool) => tool.name)).toEqual([
      "list_customers",
      "get_customer",
      "update_customer",
      "delete_customer",
    ]);
    expect(tools.every((tool) => tool.outputSchema !== undefined)).toBe(true);
    expect(tools.map((tool) => tool.annotations?.readOnlyHint)).toEqual([true, true, false, false]);
    await client.close();
  });

  it("serves a v1 client in a session of its own, which ends with DELETE", async () => {
    const { client, transport } = await legacyClient();
    expect(transport.sessionId).toBeDefined();
    const answer = await client.callTool({ name: "get_customer", arguments: { id: "cus_20418" } });
    expect(answer.structuredContent).toMatchObject({ id: "cus_20418", ssn: "219-47-3385" });
    const session = transport.sessionId ?? "";
    await transport.terminateSession();
    await client.close();
    const after = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "mcp-session-id": session,
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
    });
    expect(after.status).toBe(404);
  });

  it("answers with the same record as text and as structured content", async () => {
    const client = await modernClient();
    const answer = await client.callTool({ name: "get_customer", arguments: { id: "cus_20419" } });
    const [text] = answer.content;
    expect(text?.type).toBe("text");
    if (text?.type === "text") expect(JSON.parse(text.text)).toEqual(answer.structuredContent);
    await client.close();
  });

  it("keeps a change for every later client, and refuses unknown fields and ids", async () => {
    const client = await modernClient();
    const update = { name: "update_customer", arguments: { id: "cus_20420", changes: { notes: "Moved." } } };
    expect((await client.callTool(update)).structuredContent).toMatchObject({ notes: "Moved." });
    const { client: other } = await legacyClient();
    const read = await other.callTool({ name: "get_customer", arguments: { id: "cus_20420" } });
    expect(read.structuredContent).toMatchObject({ notes: "Moved." });
    await other.close();
    const unknownField = { id: "cus_20420", changes: { id: "cus_1" } };
    await expect(client.callTool({ name: "update_customer", arguments: unknownField })).resolves.toMatchObject({
      isError: true,
    });
    await expect(client.callTool({ name: "delete_customer", arguments: { id: "cus_0" } })).resolves.toMatchObject({
      isError: true,
    });
    await client.close();
  });

  it("refuses a foreign Host and a foreign Origin", async () => {
    expect(await statusWith({ host: "customers.example" })).toBe(403);
    expect(await statusWith({ origin: "http://customers.example" })).toBe(403);
  });

  it("ends when its parent goes away", async () => {
    child.stdin?.end();
    const [code] = (await once(child, "exit")) as [number | null];
    expect(code).toBe(0);
  });
});

async function statusWith(headers: Record<string, string>): Promise<number | undefined> {
  const asked = request(url, { method: "POST", headers: { "content-type": "application/json", ...headers } });
  asked.end("{}");
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}
