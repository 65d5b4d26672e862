import { afterEach, describe, expect, test } from "vitest";
import { createHttpTarget } from "../../../src/agent/http-target.ts";
import { TargetError, type TargetMessage, type TargetSession } from "../../../src/shared/target.ts";
import { collect, never, notification, rpc } from "../../agent/collect.ts";
import { serve, sessionServer, type Handler } from "./servers.ts";
import { sseServer } from "./sse-server.ts";

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const resource of open.splice(0).toReversed()) await resource.close();
});

function kept<T extends { close(): Promise<unknown> }>(resource: T): T {
  open.push(resource);
  return resource;
}

function sessionWith(url: string, transport?: "sse" | "streamable", timeoutMs = 5000): TargetSession {
  const headers = { authorization: "Bearer target-secret" };
  return kept(createHttpTarget({ url, headers, timeoutMs, ...(transport && { transport }) })).open("legacy");
}

const hello = {
  protocolVersion: "2025-11-25",
  capabilities: { elicitation: {} },
  clientInfo: { name: "test", version: "1" },
};

async function begin(session: TargetSession): Promise<TargetSession> {
  await collect(session.request(rpc(0, "initialize", hello), {}, never()));
  await session.notify(notification("notifications/initialized"), {});
  return session;
}

function call(session: TargetSession, id: number, name: string, args: object = {}, signal = never()) {
  const params = { name, arguments: args, _meta: { progressToken: `p${id}` } };
  return session.request(rpc(id, "tools/call", params), {}, signal);
}

const textOf = (messages: readonly object[]): unknown => messages.at(-1);

describe("a target over HTTP+SSE (2024-11-05)", () => {
  test("that asks without end while nobody could answer loses its session", async () => {
    const flood = Array.from({ length: 1001 }, (_, id) => `data: {"jsonrpc":"2.0","id":${id},"method":"ping"}\n\n`);
    const served = kept(
      await serve((request, response): void => {
        if (request.method !== "GET") {
          response.writeHead(202).end();
          return;
        }
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(`event: endpoint\ndata: /mcp\n\n${flood.join("")}`);
      }),
    );
    const session = sessionWith(served.url, "sse");
    const lost = session
      .notify(notification("notifications/initialized"), {})
      .then(() => collect(session.listen({}, undefined, never())));
    await expect(lost).rejects.toBeInstanceOf(TargetError);
  });

  test.for<readonly [string, "sse" | undefined]>([
    ["configured", "sse"],
    ["found out", undefined],
  ])("%s: calls and progress pass, each answer to its call", async ([, transport]) => {
    const served = kept(await sseServer());
    const session = await begin(sessionWith(served.url, transport));
    const [one, two] = await Promise.all([
      collect(call(session, 1, "get_sum", { a: 1, b: 2 })),
      collect(call(session, 2, "get_sum", { a: 3, b: 4 })),
    ]);
    expect(one).toMatchObject([
      { method: "notifications/progress", params: { progressToken: "p1" } },
      { id: 1, result: { content: [{ text: "3" }] } },
    ]);
    expect(textOf(two)).toMatchObject({ id: 2, result: { content: [{ text: "7" }] } });
    expect(served.seen.every(({ headers }) => headers.authorization === "Bearer target-secret")).toBe(true);
    expect(served.seen.filter(({ method }) => method === "GET")).toHaveLength(1);
  });

  test("what it asks the client comes on its stream, and its silence meanwhile is no fault", async () => {
    const session = await begin(sessionWith(kept(await sseServer()).url, "sse", 2000));
    const heard: TargetMessage[] = [];
    for await (const said of call(session, 1, "get_name")) {
      heard.push(said);
      if (said.message.method !== "elicitation/create") continue;
      await new Promise((resolve) => setTimeout(resolve, 2500));
      const result = { action: "accept", content: { name: "Ada" } };
      await session.notify({ jsonrpc: "2.0", id: said.message.id ?? 0, result }, {});
    }
    expect(heard.at(-1)?.message).toMatchObject({ result: { content: [{ text: "Hello Ada" }] } });
  });

  test("silence ends the call and not the session", async () => {
    const session = await begin(sessionWith(kept(await sseServer()).url, "sse", 2000));
    await expect(collect(call(session, 1, "get_nothing"))).rejects.toMatchObject({ reason: "timeout" });
    expect(textOf(await collect(call(session, 2, "get_sum", { a: 1, b: 1 })))).toMatchObject({ id: 2 });
  });

  test("a lost stream ends what is under way as unknown, and the session", async () => {
    const served = kept(await sseServer());
    const session = await begin(sessionWith(served.url, "sse"));
    const lost = collect(call(session, 1, "get_nothing"));
    lost.catch(() => undefined);
    await expect.poll(() => served.seen.some(({ body }) => body.includes("get_nothing"))).toBe(true);
    served.drop();
    await expect(lost).rejects.toMatchObject({ reason: "crashed" });
    await expect(collect(call(session, 2, "get_sum", { a: 1, b: 1 }))).rejects.toMatchObject({
      reason: "session-lost",
      status: 404,
    });
  });

  test("a caller that leaves waits no more, and others go on", async () => {
    const session = await begin(sessionWith(kept(await sseServer()).url, "sse"));
    const leave = new AbortController();
    const left = collect(call(session, 1, "get_nothing", {}, leave.signal));
    leave.abort(new Error("left"));
    await expect(left).rejects.toThrow("left");
    expect(textOf(await collect(call(session, 2, "get_sum", { a: 1, b: 1 })))).toMatchObject({ id: 2 });
  });

  const stream = { "content-type": "text/event-stream" };
  test.for<readonly [string, string]>([
    ["of another host", "event: endpoint\ndata: http://169.254.169.254/latest\n\n"],
    ["of another port", "event: endpoint\ndata: http://127.0.0.1:1/messages\n\n"],
    ["of another scheme", "event: endpoint\ndata: file:///etc/passwd\n\n"],
    ["without a scheme, of another host", "event: endpoint\ndata: //evil.example/messages\n\n"],
    ["that is none", "event: message\ndata: {}\n\n"],
  ])("an endpoint %s is refused and nothing is posted", async ([, text]) => {
    const handle: Handler = (_request, response) => void response.writeHead(200, stream).write(text);
    const served = kept(await serve(handle));
    const session = sessionWith(served.url, "sse");
    await expect(begin(session)).rejects.toMatchObject({ reason: "protocol" });
    expect(served.seen.map(({ method }) => method)).toEqual(["GET"]);
  });

  test("a stream that never names its endpoint is given up", async () => {
    const served = kept(await serve((_request, response) => response.writeHead(200, stream).flushHeaders()));
    const session = sessionWith(served.url, "sse", 200);
    await expect(begin(session)).rejects.toMatchObject({ reason: "timeout" });
  });

  test("a refusal that says it in JSON-RPC, or of a server without such a stream, stands", async () => {
    const understood = kept(
      await serve((_request, response) => {
        response.writeHead(400, { "content-type": "application/json" });
        response.end('{"jsonrpc":"2.0","id":0,"error":{"code":-32022,"message":"no"}}');
      }),
    );
    await expect(begin(sessionWith(understood.url))).rejects.toMatchObject({ status: 400, rpcError: { code: -32022 } });
    expect(understood.seen).toHaveLength(1);
    const neither = kept(await serve((_request, response) => void response.writeHead(404).end()));
    await expect(begin(sessionWith(neither.url))).rejects.toMatchObject({ reason: "http", status: 404 });
    const streamable = kept(await sseServer());
    await expect(begin(sessionWith(streamable.url, "streamable"))).rejects.toMatchObject({ status: 405 });
    expect(streamable.seen.map(({ method }) => method)).toEqual(["POST"]);
  });

  test("a server of Streamable HTTP is not asked for it", async () => {
    const served = kept(await sessionServer());
    await begin(sessionWith(served.url));
    expect(served.seen.map(({ method }) => method)).toEqual(["POST", "POST"]);
  });
});
