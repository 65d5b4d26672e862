import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { approvalView, type ApprovalView } from "../../../src/shared/approval.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { call } from "../../support/world.ts";
import { serve } from "../connections/servers.ts";
import { enrolApprover } from "./approver.ts";
import { modernRequest, openGround, post, result, type Ground } from "./ground.ts";
import { eventually } from "../../support/eventually.ts";

interface Asked extends JsonObject {
  readonly id: string;
  readonly method: string;
  readonly params: JsonObject;
}

const tools = ["get_it", "slow_it"].map((name) => ({ name, description: "", inputSchema: { type: "object" } }));

let ground: Ground & { close(): Promise<void> };
let erin: string;
let avery: string;
/** What the target does with a request other than the usual ones; a test sets its own. */
let answer: (asked: Asked, response: ServerResponse, body: string) => void | Promise<void>;

function json(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "application/json" }).end(text);
}

beforeAll(async () => {
  ground = await openGround((request, response, body) => {
    if (request.method !== "POST") return void response.writeHead(request.method === "DELETE" ? 204 : 405).end();
    const asked = JSON.parse(body) as Asked;
    if (asked.method === "initialize") {
      response.setHeader("mcp-session-id", `s${ground.target.seen.length}`);
      return json(response, 200, result(body, { protocolVersion: "2025-11-25", capabilities: {} }));
    }
    return answer(asked, response, body);
  });
  erin = await ground.token("erin", ["engineers"]);
  avery = await ground.token("avery", ["approvers"]);
});
afterAll(() => ground.close());
beforeEach(() => {
  ground.clock.aheadMs = 0;
  ground.target.seen.length = 0;
  answer = plain;
});

function plain({ method }: Asked, response: ServerResponse, body: string): void {
  json(response, 200, result(body, method === "tools/list" ? { tools } : { content: [] }));
}

async function pending(): Promise<ApprovalView> {
  return eventually(async () => {
    const { body } = await call(ground.url, avery, "/v1/approvals?state=pending");
    return approvalView.parse((body as { approvals: unknown[] }).approvals[0]);
  });
}

/** Lets all that wait expire, so that the next test finds its own request. */
async function noneWaits(): Promise<void> {
  ground.clock.aheadMs = 3_600_000;
  const waiting = async (): Promise<unknown> => (await call(ground.url, avery, "/v1/approvals?state=pending")).body;
  await eventually(async () => expect(await waiting()).toEqual({ approvals: [] }));
}

async function state(id: string): Promise<unknown> {
  const { body } = await call(ground.url, avery, `/v1/approvals/${id}`);
  return approvalView.parse((body as { approval: unknown }).approval).state;
}

async function openLegacy(token = erin): Promise<Record<string, string>> {
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "c", version: "1" } };
  const opened = await post(ground, token, { body: { jsonrpc: "2.0", id: 0, method: "initialize", params } });
  await opened.text();
  return { "mcp-session-id": opened.headers.get("mcp-session-id") ?? "" };
}

function lastSeen(method: string): { readonly headers: Record<string, unknown>; readonly message: Asked } {
  const seen = ground.target.seen.findLast(({ body }) => body.includes(`"method":"${method}"`));
  if (seen === undefined) throw new Error(`the target was not asked for ${method}`);
  return { headers: seen.headers, message: JSON.parse(seen.body) as Asked };
}

function named(name: string): JsonObject {
  return { _meta: { "io.modelcontextprotocol/clientInfo": { name, version: "1" } } };
}

function closedOf(principal: string): readonly string[] {
  const closed = ground.ledger().filter(({ kind }) => kind === "session.closed");
  return closed.map(({ body }) => body).filter((body) => body.includes(`"principal":"${principal}"`));
}

describe("what reaches the target", () => {
  it("is without members beside the JSON-RPC ones, which nobody was shown", async () => {
    const sent = modernRequest(1, "tools/call", { name: "get_it", arguments: {} });
    await post(ground, erin, { ...sent, body: { ...sent.body, smuggled: { name: "delete_it" } } });
    expect(Object.keys(lastSeen("tools/call").message).toSorted()).toEqual(["id", "jsonrpc", "method", "params"]);
  });

  it("has no headers that repeat a body where the revision has none, so that they can't say another thing", async () => {
    const session = await openLegacy();
    const body = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "get_it", arguments: {} } };
    await post(ground, erin, {
      headers: { ...session, "mcp-method": "tools/call", "mcp-name": "delete_it", "mcp-param-id": "x" },
      body,
    });
    const { headers } = lastSeen("tools/call");
    expect(Object.keys(headers).filter((name) => /^mcp-(method|name|param)/.test(name))).toEqual([]);
  });

  it("has no Mcp-Name where the method names nothing", async () => {
    const sent = modernRequest(1, "tools/list", {});
    await post(ground, erin, { ...sent, headers: { ...sent.headers, "mcp-name": "delete_it", "mcp-param-a": "b" } });
    const { headers } = lastSeen("tools/list");
    expect(Object.keys(headers).filter((name) => /^mcp-(name|param)/.test(name))).toEqual([]);
  });

  it("is no initialize of a modern client, which would turn the conversation its principal's clients share", async () => {
    const response = await post(ground, erin, modernRequest(1, "initialize", { protocolVersion: "2026-07-28" }));
    expect(response.status).toBe(404);
    expect(ground.target.seen).toEqual([]);
  });

  it("is told no more of the client by the look at a held call's tool than by the call itself", async () => {
    const capabilities = { sampling: {}, experimental: {} };
    const _meta = { "io.modelcontextprotocol/clientCapabilities": capabilities, "evil/unseen": "x" };
    const leave = new AbortController();
    const sent = modernRequest(1, "tools/call", { name: "slow_it", arguments: { look: 1 }, _meta });
    const held = post(ground, erin, sent, leave.signal);
    held.catch(() => undefined); // it is left on purpose
    await pending();
    const looks = ground.target.seen.filter(({ body }) => body.includes('"method":"tools/list"'));
    expect(looks.length).toBeGreaterThan(0);
    leave.abort();
    await noneWaits();
    const last = (JSON.parse(looks.at(-1)?.body ?? "{}") as Asked).params._meta;
    expect(last).toMatchObject({ "io.modelcontextprotocol/clientCapabilities": { experimental: {} } });
    expect(JSON.stringify(last)).not.toMatch(/sampling|evil/);
  });

  it("is no subscription to a resource that the rules deny", async () => {
    const notifications = { resourceSubscriptions: ["file:///srv/a", "file:///srv/secret/b"] };
    const response = await post(ground, erin, modernRequest(1, "subscriptions/listen", { notifications }));
    expect(await response.json()).toMatchObject({ error: { code: -32050 } });
    expect(ground.target.seen).toEqual([]);
  });

  it.each([
    "file:///srv/public/../secret/b",
    "file:///srv/%2e%2e/etc",
    "FILE:///srv/secret/b",
    "file:///srv/s%65cret/b",
  ])("is no resource whose address has another spelling: %s", async (uri) => {
    const response = await post(ground, erin, modernRequest(1, "resources/read", { uri }));
    expect(await response.json()).toMatchObject({ error: { code: expect.any(Number) } });
    expect(ground.target.seen).toEqual([]);
  });

  it("asks for the tool under an id that no client can choose", async () => {
    const leave = new AbortController();
    for (const id of [1, 2]) {
      const held = post(ground, erin, modernRequest(id, "tools/call", { name: "slow_it" }), leave.signal);
      held.catch(() => undefined);
      await (await held).body?.getReader().read();
    }
    leave.abort();
    const lists = ground.target.seen.filter(({ body }) => body.includes('"tools/list"'));
    const ids = lists.map(({ body }) => (JSON.parse(body) as Asked).id);
    await noneWaits();
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^countersign-list-[\w-]{20,}$/);
  });
});

describe("what a hostile target says", () => {
  it.each([401, 403, 407, 302])("does not become the gateway's own %i", async (status) => {
    answer = ({ id }, response) =>
      json(response, status, JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32000, message: "go away" } }));
    const response = await post(ground, erin, modernRequest(1, "tools/call", { name: "get_it" }));
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ error: { message: "go away" } });
  });

  it("does not end the call by refusing our refusal of its request", async () => {
    answer = (asked, response, body) => {
      if (asked.method === undefined) {
        response.writeHead(400).end();
        return;
      }
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`data: {"jsonrpc":"2.0","id":9,"method":"sampling/createMessage","params":{}}\n\n`);
      response.end(`data: ${result(body, { content: [] })}\n\n`);
    };
    const response = await post(ground, erin, modernRequest(1, "tools/call", { name: "get_it" }));
    const said = await response.text();
    expect(said).toBe(`data: ${JSON.stringify({ jsonrpc: "2.0", id: 1, result: { content: [] } })}\n\n`);
  });

  it("can't slip a list past the filter as something else than a list", async () => {
    answer = (_asked, response, body) =>
      json(response, 200, result(body, { tools: { 0: { name: "delete_it" } }, resources: [{ uri: "x://y" }] }));
    const text = await (await post(ground, erin, modernRequest(1, "tools/list", {}))).text();
    expect(text).not.toContain("delete_it");
  });

  it("can't stall a hold: a target that doesn't list its tools in time is told of as such", async () => {
    answer = (_asked, response) => response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    const response = await post(ground, erin, modernRequest(1, "tools/call", { name: "slow_it" }));
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ error: { code: -32054 } });
  });
});

describe("the record", () => {
  it.each([
    ["a refused resource", "resources/read", { uri: "card://4111111111111111/x" }],
    ["a refused tool", "tools/call", { name: "del 4111111111111111" }],
    ["an unknown tool", "tools/call", { name: "slow_4111111111111111" }],
    ["a member that can't be held", "tools/call", { name: "slow_it", "4111111111111111": 1 }],
  ])("holds no raw value in what it says of %s", async (_name, method, params) => {
    await (await post(ground, erin, modernRequest(1, method, params))).text();
    expect(JSON.stringify(ground.ledger())).not.toContain("4111111111111111");
  });

  it("keeps of a held resource's address no digest that could be guessed", async () => {
    const leave = new AbortController();
    const held = post(ground, erin, modernRequest(1, "resources/read", { uri: "held://123-45-6789" }), leave.signal);
    held.catch(() => undefined);
    const { fingerprint } = await pending();
    leave.abort();
    const { createHash } = await import("node:crypto");
    expect(fingerprint).not.toBe(createHash("sha256").update("resources/read held://123-45-6789").digest("base64url"));
    await noneWaits();
  });

  it("names the client that asked, not another one of the same principal", async () => {
    const leave = new AbortController();
    answer = async (asked, response, body) => {
      if (asked.method === "tools/list") {
        await (await post(ground, erin, modernRequest(2, "tools/call", { name: "get_it", ...named("other") }))).text();
      }
      plain(asked, response, body);
    };
    const held = post(
      ground,
      erin,
      modernRequest(1, "tools/call", { name: "slow_it", arguments: { a: 1 }, ...named("asker") }),
      leave.signal,
    );
    held.catch(() => undefined);
    expect((await pending()).client?.name).toBe("asker");
    leave.abort();
    await noneWaits();
  });
});

describe("a store that fails", () => {
  it("during a read-only call lets no answer out, and the gateway lives", async () => {
    const other = new DatabaseSync(join(ground.data, "gateway.sqlite"));
    const unlocked = Promise.withResolvers<void>();
    answer = (asked, response, body) => unlocked.promise.then(() => plain(asked, response, body));
    other.exec("BEGIN IMMEDIATE");
    const refused = post(ground, erin, modernRequest(1, "tools/call", { name: "get_it" }));
    await eventually(() => expect(lastSeen("tools/call")).toBeDefined());
    unlocked.resolve();
    const told = await (await refused).json();
    other.exec("ROLLBACK");
    other.close();
    expect(told).toMatchObject({ id: 1, error: { code: -32055, data: { code: "store_failed", outcome: "unknown" } } });
    expect((await post(ground, erin, modernRequest(2, "tools/call", { name: "get_it" }))).status).toBe(200);
  });
});

describe("a conversation", () => {
  it("of a modern client stays open while a call is under way, however long", async () => {
    const finish: (() => void)[] = [];
    answer = (asked, response, body) => {
      if (asked.method === "tools/list") plain(asked, response, body);
      else finish.push(() => plain(asked, response, body));
    };
    const slow = post(ground, erin, modernRequest(1, "tools/call", { name: "get_it" }));
    await eventually(() => expect(lastSeen("tools/call")).toBeDefined());
    const before = closedOf("staff:erin").length;
    // The sweep has passed once an idle conversation, somebody else's, has ended.
    await post(ground, avery, modernRequest(1, "tools/list", {})).catch(() => undefined);
    ground.clock.aheadMs = 240_000;
    await eventually(() => expect(closedOf("staff:avery").length).toBeGreaterThan(0));
    expect(closedOf("staff:erin").length).toBe(before);
    for (const end of finish) end();
    expect(await (await slow).json()).toMatchObject({ result: {} });
  });

  it("of a modern client goes to the target of today's configuration at once", async () => {
    const other = await serve((_request, response, body) => json(response, 200, result(body, { tools: [] })));
    await post(ground, erin, modernRequest(1, "tools/list", {}));
    const http = { url: ground.target.url };
    await ground.reload((config) => (config.connections = [{ name: "target", http: { url: other.url } }]));
    await post(ground, erin, modernRequest(2, "tools/list", {}));
    await ground.reload((config) => (config.connections = [{ name: "target", http, timeout: "30s" }]));
    await other.close();
    expect(other.seen.filter(({ body }) => body.includes('"tools/list"')).length).toBe(1);
  });

  it("that is closed while an approved call runs leaves the call's outcome unknown", async () => {
    const session = await openLegacy();
    answer = (asked, response, body) => {
      if (asked.method === "tools/list") plain(asked, response, body);
    };
    const params = { name: "slow_it", arguments: { closed: true } };
    const held = post(ground, erin, {
      headers: session,
      body: { jsonrpc: "2.0", id: 7, method: "tools/call", params },
    });
    const approval = await pending();
    expect((await (await enrolApprover(ground, avery)).approve(approval)).status).toBe(200);
    await eventually(() => expect(lastSeen("tools/call")).toBeDefined());
    await fetch(`${ground.url}/mcp/target`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${erin}`, ...session },
    });
    await (await held).text();
    expect(await state(approval.id)).toBe("unknown");
  });

  it("whose principal's client is let in no more by today's configuration runs nothing that was held", async () => {
    const params = { name: "slow_it", arguments: { revoked: true } };
    const held = post(ground, erin, modernRequest(7, "tools/call", params));
    const approval = await pending();
    const approver = await enrolApprover(ground, avery);
    let clients: unknown;
    await ground.reload((config) => {
      clients = config.issuers;
      config.issuers = [
        ...(clients as JsonObject[]).map((issuer) => ({
          ...issuer,
          name: "former",
          clients: ["other"],
          issuer: "https://former.example",
        })),
        ...(clients as JsonObject[]).map((issuer) => ({ ...issuer, clients: ["other", "app-2"] })),
      ];
    });
    const decider = await ground.token("avery", ["approvers"], "app-2");
    expect((await approver.approve(approval, decider)).status).toBe(200);
    expect(await (await held).text()).toContain("no longer");
    expect(ground.target.seen.some(({ body }) => body.includes('"tools/call"'))).toBe(false);
    await ground.reload((config) => (config.issuers = clients));
  });

  it("too many make the longest idle one of that principal end, and nobody else's", async () => {
    const others = await openLegacy(await ground.token("olga", ["engineers"]));
    const first = await openLegacy();
    for (let opened = 0; opened < 32; opened += 1) await openLegacy();
    const ping = { jsonrpc: "2.0", id: 1, method: "ping" };
    expect((await post(ground, erin, { headers: first, body: ping })).status).toBe(404);
    const olga = await ground.token("olga", ["engineers"]);
    expect((await post(ground, olga, { headers: others, body: ping })).status).toBe(200);
  });

  it("can't be taken over by another principal", async () => {
    const session = await openLegacy();
    const response = await post(ground, avery, { headers: session, body: { jsonrpc: "2.0", id: 1, method: "ping" } });
    expect(response.status).toBe(404);
  });
});
