import type { IncomingMessage, ServerResponse } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/shared/json.ts";
import { modernRequest, openGround, post, result, type Ground } from "./ground.ts";
import { openSession, SseReader } from "./legacy-session.ts";

type Answer = (asked: JsonObject, response: ServerResponse, body: string) => void;

const tools = [{ name: "get_it", description: "", inputSchema: { type: "object" } }];
const call = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "get_it", arguments: {} } };

let ground: Ground & { close(): Promise<void> };
let erin: string;
/** What the target does with a request other than `initialize`, and with GET; a test sets its own. */
let answer: Answer;
let stream: (request: IncomingMessage, response: ServerResponse) => void;

beforeAll(async () => {
  ground = await openGround((request, response, body) => {
    if (request.method === "GET") return stream(request, response);
    if (request.method !== "POST") return void response.writeHead(204).end();
    const asked = JSON.parse(body) as JsonObject;
    if (asked.method !== "initialize") return answer(asked, response, body);
    json(response, result(body, { protocolVersion: "2025-11-25", capabilities: {} }));
  });
  erin = await ground.token("erin", ["engineers"]);
});
afterAll(() => ground.close());
beforeEach(() => {
  answer = ({ method }, response, body) =>
    json(response, result(body, method === "tools/list" ? { tools } : { content: [] }));
  stream = (_, response) => void response.writeHead(405).end();
});

function json(response: ServerResponse, text: string): void {
  response.writeHead(200, { "content-type": "application/json" }).end(text);
}

/** A response whose result is nested that deep. */
function deep(body: string, levels: number): string {
  const nest = `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
  return result(body, { tools: [{ name: "get_it", inputSchema: "NEST" }], content: [] }).replace('"NEST"', nest);
}

describe("a target that nests its answer too deep to be followed", () => {
  it("is told apart from a fault of the gateway's: a list fails as the target's, and nothing of it is believed", async () => {
    answer = (_, response, body) => json(response, deep(body, 200_000));
    const listed = await post(ground, erin, modernRequest(1, "tools/list", {}));
    expect(await listed.json()).toMatchObject({ id: 1, error: { code: -32054 } });
    expect(listed.status).toBe(200);
  });

  it("has its call recorded to its end, as of unknown outcome", async () => {
    answer = ({ method }, response, body) =>
      json(response, method === "tools/list" ? result(body, { tools }) : deep(body, 200_000));
    const called = await post(ground, erin, modernRequest(2, "tools/call", { name: "get_it", arguments: {} }));
    expect(await called.json()).toMatchObject({ id: 2, error: { code: -32054 } });
    const last = ground.ledger().findLast(({ kind }) => kind === "call.response");
    expect(JSON.parse(last?.body ?? "")).toMatchObject({ outcome: "unknown" });
  });

  it("gets nowhere with it in the error of a refusal", async () => {
    answer = ({ method }, response, body) => {
      if (method === "tools/list") return json(response, result(body, { tools }));
      const error = `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`;
      response.writeHead(400).end(`{"jsonrpc":"2.0","id":1,"error":${error}}`);
    };
    const called = await post(ground, erin, modernRequest(3, "tools/call", { name: "get_it", arguments: {} }));
    expect(await called.json()).toMatchObject({ id: 3, error: { code: -32054 } });
  });
});

describe("a target that lists tools without measure", () => {
  it("fails, and fills neither memory nor ledger with them", async () => {
    const many = Array.from({ length: 10_001 }, (_, at) => ({ name: `get_${at}` }));
    answer = (_, response, body) => json(response, result(body, { tools: many }));
    const listed = await post(ground, erin, modernRequest(4, "tools/list", {}));
    expect(await listed.json()).toMatchObject({ id: 4, error: { code: -32054 } });
    expect(ground.ledger().filter(({ kind }) => kind === "tool.seen").length).toBeLessThan(10);
  });
});

describe("a target that refuses its own stream", () => {
  it.each([
    [401, 502],
    [403, 502],
    [302, 502],
    [404, 405],
    [405, 405],
  ])("with %i is answered for with %i, so that its word is not taken for the gateway's", async (said, status) => {
    const session = await openSession(ground, erin, {});
    stream = (_, response) => void response.writeHead(said, { location: "http://127.0.0.1:1/" }).end();
    expect((await session.get({})).status).toBe(status);
  });
});

describe("a target that says more in one answer than is kept of it", () => {
  it("gets all of it to the client that reads on, while the gateway keeps none of what can't be taken up again", async () => {
    const session = await openSession(ground, erin, {});
    const events = 40;
    const params = { level: "info", data: "x".repeat(64 * 1024) };
    const note = JSON.stringify({ jsonrpc: "2.0", method: "notifications/message", params });
    answer = ({ method }, response, body) => {
      if (method === "tools/list") return json(response, result(body, { tools }));
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (let said = 0; said < events; said += 1) response.write(`data: ${note}\n\n`);
      response.end(`data: ${result(body, { content: [] })}\n\n`);
    };
    const reader = new SseReader(await session.post(call));
    let first: string | undefined;
    let heard = 0;
    for (let next = await reader.event(); next !== null; next = await reader.event()) {
      first ??= next.id;
      if (next.data !== "") heard += 1;
    }
    expect(heard).toBe(events + 1);
    expect((await session.get({ "last-event-id": first ?? "" })).status).toBe(400);
  });
});
