import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { request, type IncomingMessage } from "node:http";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openInspector, openV1, openV2, type OpenClient } from "./mcp-clients.ts";
import { patienceMs } from "../support/eventually.ts";
import { descendants, startDemo, survivors, type RunningDemo } from "./running-demo.ts";

let demo: RunningDemo;
beforeAll(async () => {
  demo = await startDemo();
});
afterAll(() => demo.clear());

describe("the demo's announcement", () => {
  it("comes in time and names every connection", () => {
    expect(demo.readyAfterMs).toBeLessThan(60_000);
    expect(demo.told.connections.map(({ name }) => name)).toEqual(["everything", "files", "memory", "customers"]);
    expect(demo.told.clients.map(({ name }) => name)).toEqual(["demo"]);
    for (const { url } of demo.told.connections) expect(url.startsWith(`${demo.told.tunnel}/mcp/`)).toBe(true);
  });
});

const reads: readonly [string, string, Record<string, unknown>, string][] = [
  ["everything", "echo", { message: "hello" }, "Echo: hello"],
  ["files", "list_allowed_directories", {}, "servers/files"],
  ["memory", "read_graph", {}, "entities"],
  ["customers", "get_customer", { id: "cus_20418" }, "Bruno Castell"],
];
const programs: readonly [string, OpenClient][] = [
  ["SDK v1", openV1],
  ["SDK v2", openV2],
  ["the Inspector", openInspector],
];

describe.each(programs)("%s", (_, open) => {
  it.concurrent.each(reads)(
    "lists and calls tools of %s",
    async (connection, tool, input, expected) => {
      const client = await open(demo.url(connection), demo.token);
      expect(await client.list()).toContain(tool);
      const answer = await client.call(tool, input);
      expect(answer.content.map(({ text }) => text).join("\n")).toContain(expected);
      await client.close();
    },
    40_000,
  );
});

describe("a customer's record", () => {
  it("arrives masked, and no raw number is in any file of the data folder", async () => {
    const records = new URL("../../src/demo/customers.json", import.meta.url);
    const customers = JSON.parse(await readFile(records, "utf8")) as { id: string; ssn: string; credit_card: string }[];
    const client = await openV1(demo.url("customers"), demo.token);
    for (const { id, ssn, credit_card: card } of customers) {
      const answer = await client.call("get_customer", { id });
      const received = JSON.stringify(answer);
      for (const raw of [ssn, card, card.replaceAll(" ", "")]) expect(received).not.toContain(raw);
      expect(answer.structuredContent).toMatchObject({ id, name: expect.any(String) });
    }
    await client.close();
    const stored = await textOfFolder(demo.told.data);
    expect(stored).toContain("cus_20418");
    const inProse = ["5105 1051 0510 5100", "4222222222222", "547-30-8829", "4111111111111111"];
    const raw = customers.flatMap(({ ssn, credit_card: card }) => [ssn, card, card.replaceAll(" ", "")]);
    for (const number of [...raw, ...inProse]) expect(stored.includes(number), number).toBe(false);
  });
});

describe("the tunnel", () => {
  it.each(["127.0.0.1", "::1"])("on %s answers 401 without a token, 403 to a foreign Host or Origin", async (host) => {
    const good = { authorization: `Bearer ${demo.token}` };
    expect(await statusOf(host, {})).toBe(401);
    expect(await statusOf(host, { authorization: "Bearer cst_guess" })).toBe(401);
    expect(await statusOf(host, { ...good, host: "files.example" })).toBe(403);
    expect(await statusOf(host, { ...good, origin: "https://files.example" })).toBe(403);
    expect(await statusOf(host, { ...good, origin: demo.told.tunnel })).toBe(403);
    expect(await statusOf(host, good)).toBe(200);
  });
});

describe("Ctrl-C", () => {
  it("ends the demo soon and leaves no process behind", async () => {
    const started = await descendants(demo.child.pid ?? 0);
    expect(started.map(({ command }) => command).join("\n")).toContain("gateway --config");
    expect(await demo.interrupt()).toBeLessThan(patienceMs);
    expect(demo.child.exitCode).toBe(0);
    expect(await survivors(started)).toEqual([]);
    await expect(readdir(dirname(demo.told.data))).rejects.toThrow("ENOENT");
  });
});

async function textOfFolder(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = files.map(({ parentPath, name }) => readFile(join(parentPath, name), "latin1"));
  return (await Promise.all(texts)).join("\n");
}

async function statusOf(host: string, headers: Record<string, string>): Promise<number | undefined> {
  const { port } = new URL(demo.told.tunnel);
  const body = { jsonrpc: "2.0", id: 1, method: "initialize", params: initialize };
  const asked = request({
    host,
    port,
    method: "POST",
    path: "/mcp/files",
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers },
  });
  asked.end(JSON.stringify(body));
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

const initialize = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "raw", version: "1" } };
