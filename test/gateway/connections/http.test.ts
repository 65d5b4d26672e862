import { afterEach, describe, expect, test } from "vitest";
import { createHttpTarget } from "../../../src/agent/http-target.ts";
import type { Target, TargetMessage, TargetSession } from "../../../src/shared/target.ts";
import { collect, never, notification, rpc } from "../../agent/collect.ts";
import { dualEraServer, serve, sessionServer, type Handler, type Served } from "./servers.ts";

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const resource of open.splice(0).toReversed()) await resource.close();
});

function kept<T extends { close(): Promise<unknown> }>(resource: T): T {
  open.push(resource);
  return resource;
}

function targetOf(url: string, timeoutMs = 5000, headers: Record<string, string> = {}): Target {
  return kept(createHttpTarget({ url, headers, timeoutMs }));
}

/** A legacy session with a server that behaves as told. */
async function scripted(handle: Handler, timeoutMs = 5000): Promise<{ served: Served; session: TargetSession }> {
  const served = kept(await serve(handle));
  return { served, session: targetOf(served.url, timeoutMs).open("legacy") };
}

const hello = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } };
const legacyHeaders = { "mcp-protocol-version": "2025-11-25" };

async function initialize(session: TargetSession): Promise<void> {
  await collect(session.request(rpc(0, "initialize", hello), {}, never()));
  await session.notify(notification("notifications/initialized"), legacyHeaders);
}

describe("an HTTP target of the modern era (2026-07-28)", () => {
  const envelope = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": {},
  };

  test("is asked with the protocol's headers and the configured credential, and nothing else of the client's", async () => {
    const served = kept(await dualEraServer());
    const session = targetOf(served.url, 5000, { Authorization: "Bearer target-secret" }).open("modern");
    const headers = {
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/call",
      "mcp-name": "add",
      "mcp-session-id": "the-client's",
      authorization: "Bearer the-user's",
      cookie: "a=b",
    };
    const call = rpc("c1", "tools/call", { name: "add", arguments: { a: 2, b: 3 }, _meta: envelope });
    expect(await collect(session.request(call, headers, never()))).toMatchObject([
      { id: "c1", result: { resultType: "complete", content: [{ text: "5" }] } },
    ]);
    const [seen] = served.seen;
    expect(seen?.headers).toMatchObject({ authorization: "Bearer target-secret", "mcp-name": "add" });
    expect(seen?.headers).not.toHaveProperty("mcp-session-id");
    expect(seen?.headers).not.toHaveProperty("cookie");
  });

  test("its refusal comes with status and JSON-RPC error", async () => {
    const served = kept(await dualEraServer());
    const session = targetOf(served.url).open("modern");
    const headers = { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/list" };
    const call = collect(session.request(rpc(1, "tools/call", { name: "add", _meta: envelope }), headers, never()));
    await expect(call).rejects.toMatchObject({ reason: "http", status: 400, rpcError: { code: -32020 } });
  });

  test("a subscription stays open in silence, and ends upstream when its caller leaves", async () => {
    const served = kept(await dualEraServer());
    const session = targetOf(served.url, 2000).open("modern");
    const leave = new AbortController();
    const headers = { "mcp-protocol-version": "2026-07-28", "mcp-method": "subscriptions/listen" };
    const params = { notifications: { toolsListChanged: true }, _meta: envelope };
    const stream = session.request(rpc("s", "subscriptions/listen", params), headers, leave.signal);
    const heard = stream[Symbol.asyncIterator]();
    expect((await heard.next()).value).toMatchObject({
      message: { method: "notifications/subscriptions/acknowledged" },
    });
    const rest = heard.next();
    setTimeout(() => leave.abort(new Error("left")), 3000);
    await expect(rest).rejects.toThrow("left");
  });
});

describe("an HTTP target with sessions (2025-11-25)", () => {
  test("its session id is learned, sent along and never shown, and the session ends with DELETE", async () => {
    const served = kept(await sessionServer());
    const session = targetOf(served.url).open("legacy");
    const answer = await collect(session.request(rpc(0, "initialize", hello), {}, never()));
    await session.notify(notification("notifications/initialized"), legacyHeaders);
    await session.close();
    const id = served.seen[1]?.headers["mcp-session-id"];
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(JSON.stringify(answer)).not.toContain(String(id));
    expect(served.seen.map(({ method, headers }) => [method, headers["mcp-session-id"]])).toEqual([
      ["POST", undefined],
      ["POST", id],
      ["DELETE", id],
    ]);
    expect(served.seen[2]?.headers["mcp-protocol-version"]).toBe("2025-11-25");
  });

  test("progress arrives before the response, with event ids", async () => {
    const session = targetOf(kept(await sessionServer()).url).open("legacy");
    await initialize(session);
    const call = rpc(1, "tools/call", { name: "slow", arguments: { drop: false }, _meta: { progressToken: "p" } });
    const heard: TargetMessage[] = [];
    for await (const message of session.request(call, legacyHeaders, never())) heard.push(message);
    expect(heard.map(({ message }) => message)).toMatchObject([
      { params: { progress: 1, progressToken: "p" } },
      { params: { progress: 2 } },
      { id: 1, result: { content: [{ text: "done" }] } },
    ]);
    expect(heard.every(({ eventId }) => eventId !== undefined)).toBe(true);
  });

  test("a stream that the server closes before the response is taken up again, nothing lost and nothing twice", async () => {
    const served = kept(await sessionServer());
    const session = targetOf(served.url).open("legacy");
    await initialize(session);
    const call = rpc(1, "tools/call", { name: "slow", arguments: { drop: true }, _meta: { progressToken: "p" } });
    const messages = await collect(session.request(call, legacyHeaders, never()));
    expect(messages).toMatchObject([
      { params: { progress: 1 } },
      { params: { progress: 2 } },
      { id: 1, result: { content: [{ text: "done" }] } },
    ]);
    expect(served.seen.find(({ method }) => method === "GET")?.headers["last-event-id"]).toBeDefined();
  });

  test("what it says unasked comes by the GET stream", async () => {
    const session = targetOf(kept(await sessionServer()).url).open("legacy");
    await initialize(session);
    const heard = session.listen(legacyHeaders, undefined, never())[Symbol.asyncIterator]();
    const first = heard.next();
    let arrived = false;
    first.then(
      () => (arrived = true),
      () => undefined,
    );
    // The stream is open once the server says so; until then it has nowhere to say it.
    await expect
      .poll(async () => {
        await collect(session.request(rpc(1, "tools/call", { name: "announce" }), legacyHeaders, never()));
        return arrived;
      })
      .toBe(true);
    expect((await first).value).toMatchObject({ message: { method: expect.stringMatching(/^notifications\//) } });
    await session.close();
    await expect(heard.next().then(() => heard.next())).rejects.toMatchObject({ reason: "session-lost" });
  });

  test("a session it has forgotten is lost", async () => {
    const served = kept(await sessionServer());
    const session = targetOf(served.url).open("legacy");
    await initialize(session);
    served.forget();
    const call = collect(session.request(rpc(1, "tools/list"), legacyHeaders, never()));
    await expect(call).rejects.toMatchObject({ reason: "session-lost", status: 404, rpcError: { code: -32001 } });
  });
});

const sse = { "content-type": "text/event-stream" };
const json = { "content-type": "application/json" };

describe("an HTTP target that misbehaves", () => {
  test("nobody listening is unreachable", async () => {
    const served = await serve(() => undefined);
    await served.close();
    const call = collect(targetOf(served.url).open("legacy").request(rpc(1, "ping"), {}, never()));
    await expect(call).rejects.toMatchObject({ reason: "unreachable" });
  });

  test.for<[string, Handler, object]>([
    ["no answer", () => undefined, { reason: "timeout" }],
    ["an answer that stalls", (_, response) => void response.writeHead(200, json).write("{"), { reason: "timeout" }],
    [
      "a stream that falls silent",
      (_, response) => void response.writeHead(200, sse).write(":\n"),
      { reason: "timeout" },
    ],
    ["a connection cut before the answer", (request) => void request.socket.destroy(), { reason: "crashed" }],
    [
      "a body that is cut short",
      (_, response) =>
        void response.writeHead(200, { ...json, "content-length": 99 }).write("{", () => response.destroy()),
      { reason: "crashed" },
    ],
    [
      "a stream that ends without the response",
      (_, response) => void response.writeHead(200, sse).end(),
      { reason: "crashed" },
    ],
    ["a redirect", (_, r) => void r.writeHead(307, { location: "/elsewhere" }).end(), { reason: "http", status: 307 }],
    ["a refused credential", (_, r) => void r.writeHead(401).end("<html>"), { reason: "http", status: 401 }],
    [
      "an unavailable service",
      (_, r) => void r.writeHead(503).end(),
      { reason: "http", status: 503, rpcError: undefined },
    ],
    ["not found without a session", (_, r) => void r.writeHead(404).end(), { reason: "http", status: 404 }],
    ["accepted without an answer", (_, r) => void r.writeHead(202).end(), { reason: "protocol" }],
    ["a page", (_, r) => void r.writeHead(200, { "content-type": "text/html" }).end("<html>"), { reason: "protocol" }],
    ["broken JSON", (_, r) => void r.writeHead(200, json).end("{secret"), { reason: "protocol" }],
    [
      "an answer to another request",
      (_, r) => void r.writeHead(200, json).end('{"jsonrpc":"2.0","id":9,"result":{}}'),
      { reason: "protocol" },
    ],
    ["broken JSON in a stream", (_, r) => void r.writeHead(200, sse).end("data: {secret\n\n"), { reason: "protocol" }],
  ])("%s", async ([, handle, expected]) => {
    // Only silence is to be cut off, not an answer that a loaded machine gives late.
    const { session } = await scripted(handle, "reason" in expected && expected.reason === "timeout" ? 300 : 20_000);
    const error = await collect(session.request(rpc(1, "ping"), {}, never())).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: "TargetError", ...expected });
    expect(`${String(error)} ${String((error as Error).cause)}`).not.toContain("secret");
  });

  test("comments count as a sign of life", async () => {
    const { session } = await scripted((_, response) => {
      response.writeHead(200, sse);
      let beats = 0;
      const beat = setInterval(() => {
        beats += 1;
        response.write(":\n\n");
        if (beats < 8) return;
        clearInterval(beat);
        response.end('data: {"jsonrpc":"2.0","id":1,"result":{}}\n\n');
      }, 500);
    }, 3000);
    expect(await collect(session.request(rpc(1, "ping"), {}, never()))).toHaveLength(1);
  });

  test("a broken stream is taken up at most three times, then the call counts as crashed", async () => {
    const { session, served } = await scripted((request, response) => {
      if (request.method === "GET") request.socket.destroy();
      else response.writeHead(200, sse).end("id: 1\nretry: 1\ndata:\n\n");
    });
    const call = collect(session.request(rpc(1, "ping"), {}, never()));
    await expect(call).rejects.toMatchObject({ reason: "crashed" });
    expect(served.seen.map(({ method }) => method)).toEqual(["POST", "GET", "GET", "GET"]);
  });

  test("a server that closes its stream again and again, and wants its client back at once, sets no pace", async () => {
    let streams = 0;
    const { session } = await scripted((_, response) => {
      streams += 1;
      const last = streams === 9 ? 'data: {"jsonrpc":"2.0","id":1,"result":{}}\n\n' : "";
      response.writeHead(200, sse).end(`id: ${streams}\nretry: 0\ndata:\n\n${last}`);
    });
    const begunMs = performance.now();
    expect(await collect(session.request(rpc(1, "ping"), {}, never()))).toHaveLength(1);
    expect(performance.now() - begunMs).toBeGreaterThan(8 * 50 - 10);
  });

  test("a server without resumption is asked once", async () => {
    const { session, served } = await scripted((request, response) => {
      if (request.method === "GET") response.writeHead(405).end();
      else response.writeHead(200, sse).end("id: 1\nretry: 1\ndata:\n\n");
    });
    const call = collect(session.request(rpc(1, "ping"), {}, never()));
    await expect(call).rejects.toMatchObject({ reason: "crashed" });
    expect(served.seen).toHaveLength(2);
  });

  test("a modern stream that breaks is not taken up", async () => {
    const served = kept(await serve((_, response) => void response.writeHead(200, sse).end("id: 1\ndata:\n\n")));
    const call = collect(targetOf(served.url).open("modern").request(rpc(1, "ping"), {}, never()));
    await expect(call).rejects.toMatchObject({ reason: "crashed" });
    expect(served.seen).toHaveLength(1);
  });

  test("no unasked stream is 405", async () => {
    const { session } = await scripted((_, response) => void response.writeHead(405).end());
    const listening = session.listen({}, undefined, never())[Symbol.asyncIterator]().next();
    await expect(listening).rejects.toMatchObject({ reason: "http", status: 405 });
  });

  test("a caller that leaves closes the request upstream", async () => {
    const closed = Promise.withResolvers<void>();
    const { session, served } = await scripted((_, response) => void response.once("close", () => closed.resolve()));
    const leave = new AbortController();
    const call = collect(session.request(rpc(1, "ping"), {}, leave.signal));
    call.catch(() => undefined);
    await expect.poll(() => served.seen.length).toBe(1);
    leave.abort(new Error("left"));
    await expect(call).rejects.toThrow("left");
    await closed.promise;
  });

  test("closing the target fails what waits", async () => {
    const served = kept(await serve(() => undefined));
    const target = targetOf(served.url);
    const call = collect(target.open("legacy").request(rpc(1, "ping"), {}, never()));
    call.catch(() => undefined);
    await expect.poll(() => served.seen.length).toBe(1);
    await target.close();
    await expect(call).rejects.toMatchObject({ reason: "session-lost" });
  });

  test("one connection serves many calls, streams included", async () => {
    const ports = new Set<number | undefined>();
    const { session } = await scripted((request, response, body) => {
      ports.add(request.socket.remotePort);
      response.writeHead(200, sse);
      response.end(`data: {"jsonrpc":"2.0","id":${JSON.parse(body).id},"result":{}}\n\n`);
    });
    for (let id = 0; id < 20; id += 1) await collect(session.request(rpc(id, "ping"), {}, never()));
    expect(ports.size).toBeLessThan(4);
  });
});

describe("an HTTP target's configuration", () => {
  test.for<[string, string, Record<string, string>, string]>([
    ["a credential in the address", "http://u:p@127.0.0.1/mcp", {}, "holds a credential"],
    ["another scheme", "ftp://127.0.0.1/mcp", {}, "http:// or https://"],
    ["a header of the protocol", "http://127.0.0.1/mcp", { "Mcp-Session-Id": "x" }, "is set by the gateway itself"],
    ["a value with a line break", "http://127.0.0.1/mcp", { authorization: "s3cret\n" }, "line breaks"],
  ])("%s is refused", ([, url, headers, why]) => {
    const create = (): Target => createHttpTarget({ url, headers, timeoutMs: 1000 });
    expect(create).toThrow(expect.objectContaining({ code: "configuration", message: expect.stringContaining(why) }));
    expect(create).not.toThrow(/s3cret/);
  });
});
