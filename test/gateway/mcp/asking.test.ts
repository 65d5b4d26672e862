import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/shared/json.ts";
import { modernRequest, openGround, post, result, type Ground } from "./ground.ts";
import { openSession, SseReader, type LegacySession } from "./legacy-session.ts";
import { eventually } from "../../support/eventually.ts";

let ground: Ground & { close(): Promise<void> };
let erin: string;
let session: LegacySession;
/** The open answer of the tool `get_it`, to be written by the test. */
let open: ServerResponse | null = null;
let called: string;
let modernAnswer: JsonObject = {};

beforeAll(async () => {
  const rules = [
    { name: "reads", tools: ["get_*"], effect: "allow", readOnly: true, requests: ["sampling"] },
    { name: "forms", tools: ["fill_*"], groups: ["forms"], effect: "allow", requests: ["elicitation"] },
  ];
  ground = await openGround((request, response, body) => {
    if (request.method !== "POST") {
      response.writeHead(405).end();
      return;
    }
    const asked = JSON.parse(body) as { id?: number; method?: string };
    if (asked.method === "initialize") {
      const said = {
        protocolVersion: "2025-11-25",
        capabilities: { tools: {}, tasks: {} },
        serverInfo: { name: "t", version: "1" },
      };
      response.writeHead(200, { "content-type": "application/json", "mcp-session-id": "s" });
      response.end(result(body, said));
      return;
    }
    if (asked.method === "server/discover") {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(result(body, { supportedVersions: ["2026-07-28"], capabilities: {} }));
      return;
    }
    if (asked.method === "tools/list") {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(result(body, { tools: [] }));
      return;
    }
    if (asked.method !== "tools/call") {
      response.writeHead(202).end();
      return;
    }
    if (request.headers["mcp-method"] !== undefined) {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(result(body, modernAnswer));
      return;
    }
    called = body;
    open = response;
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("id: t-0\nretry: 700\ndata: \n\n");
  }, rules);
  await ground.reload((config) => Object.assign(config.connections[0] ?? {}, { fields: ["email"] }));
  erin = await ground.token("erin", ["engineers"]);
});
afterAll(() => ground.close());
beforeEach(async () => {
  open = null;
  session = await openSession(ground, erin, { sampling: {}, elicitation: {}, roots: {}, tasks: {} });
});

/** Begins a call and waits until the target has it. */
async function call(id: number): Promise<{ readonly stream: SseReader; readonly target: ServerResponse }> {
  const response = await session.post({ jsonrpc: "2.0", id, method: "tools/call", params: { name: "get_it" } });
  await eventually(() => expect(open).not.toBeNull());
  return { stream: new SseReader(response), target: open as ServerResponse };
}

function say(target: ServerResponse, message: JsonObject): void {
  target.write(`data: ${JSON.stringify({ jsonrpc: "2.0", ...message })}\n\n`);
}

function answersAtTarget(id: string): readonly JsonObject[] {
  return ground.target.seen
    .map(({ body }) => (body === "" ? {} : (JSON.parse(body) as JsonObject)))
    .filter((message) => message.id === id && message.method === undefined);
}

describe("what a target may ask of a legacy client", () => {
  it("is told by the capabilities that go on: those that a rule allows, and never tasks", () => {
    const initialize = ground.target.seen.findLast(({ body }) => body.includes('"initialize"'))?.body ?? "{}";
    expect(JSON.parse(initialize)).toMatchObject({ params: { capabilities: { sampling: {} } } });
    for (const kept of ["elicitation", "roots", "tasks"]) expect(initialize).not.toContain(kept);
    expect(session.initialized).not.toHaveProperty("capabilities.tasks");
  });

  it("is asked on the stream of the call, masked; the answer goes back once, and both are recorded masked", async () => {
    const { stream, target } = await call(1);
    say(target, { id: "q1", method: "sampling/createMessage", params: { text: "mail anna@example.com" } });
    const asked = await stream.message();
    expect(asked).toMatchObject({ id: "q1", method: "sampling/createMessage" });
    expect(JSON.stringify(asked)).not.toContain("anna@example.com");

    const reply = { jsonrpc: "2.0", id: "q1", result: { content: "ask otto@example.com" }, extra: 1 };
    expect((await session.post(reply)).status).toBe(202);
    expect((await session.post(reply)).status).toBe(202);
    expect(answersAtTarget("q1")).toEqual([{ jsonrpc: "2.0", id: "q1", result: { content: "ask otto@example.com" } }]);

    target.end(`data: ${result(called, { content: [] })}\n\n`);
    expect(await stream.message()).toMatchObject({ id: 1, result: { content: [] } });
    const entries = ground.ledger().filter(({ kind }) => kind.startsWith("target."));
    expect(entries.map(({ kind }) => kind)).toEqual(["target.request", "target.answer"]);
    expect(JSON.stringify(entries)).not.toMatch(/anna@example|otto@example/);
  });

  it.each([
    ["elicitation/create", "No rule lets this connection ask the client for elicitation."],
    ["roots/list", "No rule lets this connection ask the client for roots."],
    ["files/upload", "does not know this request"],
  ])("is refused %s, which the record says", async (method, why) => {
    const { stream, target } = await call(2);
    say(target, { id: `q ${method}`, method, params: {} });
    await eventually(() => expect(JSON.stringify(answersAtTarget(`q ${method}`))).toContain(why));
    target.end(`data: ${result(called, { content: [] })}\n\n`);
    expect(await stream.message()).toMatchObject({ id: 2 });
    expect(ground.ledger().findLast(({ kind }) => kind === "target.request")?.body).toContain('"effect":"deny"');
  });

  it("keeps a form whose fields are named like masked ones, and masks what they hold", async () => {
    const { stream, target } = await call(8);
    const properties = { email: { type: "string", default: "anna@example.com" } };
    const requestedSchema = { type: "object", properties, required: ["email"] };
    say(target, { id: "q8", method: "sampling/createMessage", params: { requestedSchema } });
    const asked = await stream.message();
    expect(asked).toMatchObject({ params: { requestedSchema: { properties: { email: { type: "string" } } } } });
    expect(JSON.stringify(asked)).not.toContain("anna@example.com");
    target.end();
  });

  it("is answered a ping by the gateway", async () => {
    const { stream, target } = await call(3);
    say(target, { id: "alive?", method: "ping" });
    await eventually(() => expect(answersAtTarget("alive?")).toEqual([{ jsonrpc: "2.0", id: "alive?", result: {} }]));
    target.end(`data: ${result(called, { content: [] })}\n\n`);
    expect(await stream.message()).toMatchObject({ id: 3 });
  });

  it("gets no answer that nothing open was asked for, nor one of another session", async () => {
    const { stream, target } = await call(4);
    say(target, { id: "q4", method: "sampling/createMessage", params: {} });
    await stream.message();
    const other = await openSession(ground, erin, {});
    for (const each of [other, session])
      await each.post({ jsonrpc: "2.0", id: each === other ? "q4" : "q5", result: {} });
    expect([...answersAtTarget("q4"), ...answersAtTarget("q5")]).toEqual([]);
    say(target, { method: "notifications/cancelled", params: { requestId: "q4" } });
    await stream.message();
    await session.post({ jsonrpc: "2.0", id: "q4", result: {} });
    expect(answersAtTarget("q4")).toEqual([]);
    target.end();
  });
});

function roundAsking(method: string): JsonObject {
  return { resultType: "input_required", inputRequests: { one: { method, params: {} } }, requestState: "state" };
}

describe("an input_required result (2026-07-28)", () => {
  it("passes where a rule allows what it asks, and is an error where none does", async () => {
    modernAnswer = roundAsking("sampling/createMessage");
    const passed = await post(ground, erin, modernRequest(1, "tools/call", { name: "get_it" }));
    expect(await passed.json()).toMatchObject({ result: { resultType: "input_required", requestState: "state" } });
    modernAnswer = roundAsking("elicitation/create");
    const refused = await post(ground, erin, modernRequest(2, "tools/call", { name: "get_it" }));
    expect(await refused.json()).toMatchObject({ error: { code: -32050 } });
  });

  it("is answered by a call that is judged like any other", async () => {
    const answered = { name: "drop_it", inputResponses: { one: { action: "accept" } }, requestState: "state" };
    const before = ground.target.seen.length;
    const response = await post(ground, erin, modernRequest(3, "tools/call", answered));
    expect(await response.json()).toMatchObject({ error: { code: -32050 } });
    expect(ground.target.seen.length).toBe(before);
  });
});

describe("a stream that its client lost", () => {
  it("begins with an id and the target's reconnection time, closes where the target closes it, and goes on after that id", async () => {
    const { stream, target } = await call(5);
    const first = await stream.event();
    expect(first).toMatchObject({ data: "", retry: "700" });
    target.end();
    expect(await stream.event()).toBeNull();
    const again = new SseReader(await session.get({ "last-event-id": first?.id ?? "" }));
    // The scripted target refuses to resume, so the call ends as an error: it arrives on the stream taken up again.
    expect(await again.message()).toMatchObject({ id: 5, error: { code: -32054 } });
    expect(await again.event()).toBeNull();
  });

  it("is no other session's to take up, and says where it is kept no more", async () => {
    const { stream, target } = await call(6);
    const id = (await stream.event())?.id ?? "";
    const other = await openSession(ground, erin, {});
    expect((await other.get({ "last-event-id": id })).status).toBe(400);
    expect((await session.get({ "last-event-id": "cs.unknown.1" })).status).toBe(400);
    target.end();
  });

  it("hears again what was said after the event it names, and nothing before", async () => {
    const { stream, target } = await call(7);
    say(target, { method: "notifications/message", params: { level: "info", data: "one" } });
    await stream.event();
    const one = await stream.event();
    stream.cancel();
    say(target, { method: "notifications/message", params: { level: "info", data: "two" } });
    target.end(`data: ${result(called, { content: [] })}\n\n`);
    const again = new SseReader(await session.get({ "last-event-id": one?.id ?? "" }));
    expect(await again.message()).toMatchObject({ params: { data: "two" } });
    expect(await again.message()).toMatchObject({ id: 7, result: {} });
  });
});
