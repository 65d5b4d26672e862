import { DatabaseSync } from "node:sqlite";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as LegacyClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as LegacyTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, openWorld, type Decider, type World } from "../support/world.ts";

let world: World;
let token: string;
let avery: Decider;

beforeAll(async () => {
  world = await openWorld();
  token = await world.token("engineer");
  avery = await world.decider("approver");
});
afterAll(() => world.close());

function legacy(connection: string, bearer = token): Promise<LegacyClient> {
  const client = new LegacyClient({ name: "v1", version: "1" });
  const transport = new LegacyTransport(new URL(`${world.url}/mcp/${connection}`), {
    requestInit: { headers: { authorization: `Bearer ${bearer}` } },
  });
  return client.connect(transport as Parameters<LegacyClient["connect"]>[0]).then(() => client);
}

async function modern(connection: string, mode: "auto" | "legacy" = "auto"): Promise<Client> {
  const client = new Client({ name: "v2", version: "2" }, { versionNegotiation: { mode } });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${world.url}/mcp/${connection}`), {
      requestInit: { headers: { authorization: `Bearer ${token}` } },
    }),
  );
  return client;
}

describe("the data path", () => {
  it.each(["everything", "files", "customers"])(
    "lists and calls tools of %s for an SDK v1 client",
    async (connection) => {
      const client = await legacy(connection);
      expect((await client.listTools()).tools.length).toBeGreaterThan(0);
      await client.close();
    },
  );

  it.each([
    ["everything", "auto"],
    ["files", "auto"],
    ["customers", "auto"],
    ["customers", "legacy"],
  ] as const)("lists tools of %s for an SDK v2 client (%s)", async (connection, mode) => {
    const client = await modern(connection, mode);
    expect((await client.listTools()).tools.length).toBeGreaterThan(0);
    await client.close();
  });

  it("shows in lists only what the caller may use", async () => {
    const client = await legacy("customers");
    const names = (await client.listTools()).tools.map(({ name }) => name);
    expect(names).toContain("update_customer");
    expect(names).not.toContain("delete_customer");
    await client.close();
  });

  it("masks a customer's fields in text and structured content alike", async () => {
    for (const client of [await modern("customers"), await legacy("customers")]) {
      const result = await client.callTool({ name: "list_customers", arguments: {} });
      const text = JSON.stringify(result);
      expect(text).toContain("••••");
      expect(text).not.toMatch(/\b\d{3}-\d{2}-\d{4}\b/);
      await client.close();
    }
  });

  it("refuses a blocked tool with the rule's name and forwards nothing", async () => {
    const client = await legacy("customers");
    const before = world.forwarded.length;
    await expect(client.callTool({ name: "delete_customer", arguments: { id: "x" } })).rejects.toThrow(
      /no-deleting.*Nothing is deleted/s,
    );
    expect(world.forwarded.slice(before).join("")).not.toContain("delete_customer");
    await client.close();
  });

  it("passes progress of a long call to the client that asked for it", async () => {
    const client = await legacy("everything");
    const seen: number[] = [];
    await client.callTool(
      { name: "trigger-long-running-operation", arguments: { duration: 0.4, steps: 4 } },
      undefined,
      { onprogress: ({ progress }) => seen.push(progress) },
    );
    expect(seen.length).toBeGreaterThan(1);
    await client.close();
  });
});

describe("a held call", () => {
  it.each([
    ["v1", () => legacy("files")],
    ["v2", () => modern("files")],
  ])("of an SDK %s client runs once it is approved", async (era, connect) => {
    const client = await connect();
    const path = join(world.files, `${era}.txt`);
    const result = client.callTool({ name: "write_file", arguments: { path, content: "card 4111 1111 1111 1111" } });
    const approval = await avery.nextPending();
    expect(JSON.stringify(approval.payload)).not.toContain("4111 1111");
    expect(await avery.decide(approval)).toEqual({ status: 200, code: null });
    expect(JSON.stringify(await result)).toContain("Successfully wrote");
    expect(await readFile(path, "utf8")).toBe("card 4111 1111 1111 1111");
    await client.close();
  });

  it("reaches the client as an error with the reason when it is denied", async () => {
    const client = await legacy("customers");
    const result = client.callTool({ name: "update_customer", arguments: { id: "cus_1", changes: { name: "X" } } });
    const outcome = expect(result).rejects.toThrow(/Denied by Avery.*Nothing was run.*wrong customer/s);
    await avery.decide(await avery.nextPending(), { verdict: "deny", reason: "wrong customer" });
    await outcome;
    await client.close();
  });

  it("survives a restart of the gateway while pending, then runs once when repeated", async () => {
    const path = join(world.files, "restart.txt");
    const first = await legacy("files");
    first.callTool({ name: "write_file", arguments: { path, content: "once" } }).catch(() => undefined);
    const approval = await avery.nextPending();
    await world.restart();
    expect((await avery.pending()).map(({ id }) => id)).toEqual([approval.id]);
    expect((await avery.decide(approval)).status).toBe(200);
    const again = await legacy("files");
    expect(
      JSON.stringify(await again.callTool({ name: "write_file", arguments: { path, content: "once" } })),
    ).toContain("Successfully");
    const third = again.callTool({ name: "write_file", arguments: { path, content: "once" } });
    const outcome = expect(third).rejects.toThrow(/Denied/);
    const next = await avery.nextPending();
    expect(next.id).not.toBe(approval.id);
    await avery.decide(next, { verdict: "deny" });
    await outcome;
    await again.close();
  });

  it("can't be decided by its requester, and doesn't exist for somebody who is no approver", async () => {
    const client = await legacy("files");
    const result = client.callTool({
      name: "write_file",
      arguments: { path: join(world.files, "x.txt"), content: "x" },
    });
    const outcome = expect(result).rejects.toThrow(/Denied/);
    const approval = await avery.nextPending();
    expect(await (await world.decider("engineer")).decide(approval)).toEqual({ status: 403, code: "self_approval" });
    expect(await (await world.decider("sam")).decide(approval)).toEqual({ status: 404, code: "not_found" });
    await avery.decide(approval, { verdict: "deny" });
    await outcome;
    await client.close();
  });
});

describe("bad input", () => {
  it.each([
    ["no token", undefined, 401],
    ["a token that is none", "nonsense", 401],
  ])("gets 401 with WWW-Authenticate for %s", async (_name, bearer, status) => {
    const headers: Record<string, string> = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
    const response = await fetch(`${world.url}/mcp/files`, { method: "POST", headers, body: "{}" });
    expect(response.status).toBe(status);
    expect(response.headers.get("www-authenticate")).toContain("resource_metadata=");
  });

  it.each<[string, string, Record<string, string>, number, number]>([
    ["broken JSON", "{", {}, 400, -32700],
    ["a duplicate key", '{"jsonrpc":"2.0","id":1,"method":"tools/list","id":2}', {}, 400, -32700],
    ["a batch", '[{"jsonrpc":"2.0","id":1,"method":"ping"}]', {}, 400, -32600],
    ["no JSON-RPC", "{}", {}, 400, -32600],
    ["a legacy request without session", '{"jsonrpc":"2.0","id":1,"method":"tools/list"}', {}, 400, -32000],
    ["an unknown session", '{"jsonrpc":"2.0","id":1,"method":"tools/list"}', { "mcp-session-id": "x" }, 404, -32001],
    [
      "a header that names another version",
      '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}',
      { "mcp-protocol-version": "2027-01-01" },
      400,
      -32020,
    ],
    [
      "a header that names another tool",
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"write_file","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}',
      { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": "read_file" },
      400,
      -32020,
    ],
    [
      "a header that names an argument which is not there",
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read_file","arguments":{"path":"a"},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}',
      {
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/call",
        "mcp-name": "read_file",
        "mcp-param-path": "b",
      },
      400,
      -32020,
    ],
    ["a body over the limit", `"${"x".repeat(5_000_000)}"`, {}, 413, -32600],
  ])("answers %s with the protocol's own error", async (_name, body, headers, status, code) => {
    const response = await fetch(`${world.url}/mcp/files`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        ...headers,
      },
      body,
    });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code } });
  });

  it("answers 404 for an unknown connection, and for one that no rule opens to the caller", async () => {
    expect((await call(world.url, token, "/mcp/nothing", {})).status).toBe(404);
    expect((await call(world.url, await world.token("sam"), "/mcp/files", {})).status).toBe(404);
  });

  it("refuses arguments that hold our own mask marks", async () => {
    const client = await legacy("files");
    await expect(client.callTool({ name: "read_text_file", arguments: { path: "••••1120" } })).rejects.toThrow(
      /masked/,
    );
    await client.close();
  });

  it("refuses a request from a web page", async () => {
    const response = await fetch(`${world.url}/v1/me`, {
      headers: { authorization: `Bearer ${token}`, origin: "https://evil.example" },
    });
    expect(response.status).toBe(403);
  });
});

describe("the record", () => {
  it("holds no raw value of any payload in any file under the data folder", async () => {
    const names = await readdir(world.data);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      const text = (await readFile(join(world.data, name))).toString("latin1");
      expect(text).not.toContain("4111 1111 1111 1111");
      expect(text).not.toContain("card 4111");
    }
  });

  it("is read by auditors only", async () => {
    expect((await call(world.url, token, "/v1/audit/export")).status).toBe(403);
    const response = await fetch(`${world.url}/v1/audit/export`, {
      headers: { authorization: `Bearer ${avery.token}` },
    });
    const lines = (await response.text()).trim().split("\n");
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ v: 1 });
    expect(lines.some((line) => line.includes("ledger.read"))).toBe(true);
  });
});

describe("a reload", () => {
  it("puts changed rules in force for open sessions, and keeps a wrong edit out", async () => {
    const client = await legacy("customers");
    await client.callTool({ name: "list_customers", arguments: {} });
    await world.reload((config) => config.rules.unshift({ name: "closed", effect: "deny", why: "Closed for today." }));
    await expect(client.callTool({ name: "list_customers", arguments: {} })).rejects.toThrow(/404|no connection/);
    await expect(
      world.reload((config) => config.rules.unshift({ name: "bad", effect: "maybe" })),
    ).rejects.toMatchObject({
      code: "configuration",
    });
    await world.reload((config) => config.rules.splice(0, 2));
    await client.callTool({ name: "list_customers", arguments: {} });
    await client.close();
  });

  it("is not in force where it can't be recorded", async () => {
    const client = await legacy("customers");
    const other = new DatabaseSync(join(world.data, "gateway.sqlite"));
    other.exec("BEGIN IMMEDIATE");
    const closed = { name: "closed", effect: "deny", why: "Closed for today." };
    await expect(world.reload((config) => config.rules.unshift(closed))).rejects.toMatchObject({
      code: "store_failed",
    });
    other.exec("ROLLBACK");
    other.close();
    await client.callTool({ name: "list_customers", arguments: {} });
    await world.reload((config) => config.rules.splice(0, 1));
    await client.close();
  });
});
