import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/shared/json.ts";
import { serve, type Handler, type Served } from "../connections/servers.ts";
import { openGround, result, type Ground } from "./ground.ts";
import { openSession, SseReader, type LegacySession } from "./legacy-session.ts";
import { eventually } from "../../support/eventually.ts";

let ground: Ground & { close(): Promise<void> };
let other: Served;
let erin: string;
/** The streams that clients have open at the target (GET). */
const streams: ServerResponse[] = [];
const rules: JsonObject[] = [
  { name: "reads", tools: ["get_*"], groups: ["engineers"], effect: "allow", readOnly: true },
];
const call = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "get_it", arguments: {} } };

const target: Handler = (request, response, body) => {
  if (request.method === "GET") {
    response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    streams.push(response);
    return;
  }
  const { method, id } = JSON.parse(body === "" ? "{}" : body) as JsonObject;
  if (id === undefined) {
    response.writeHead(202).end();
    return;
  }
  const tools = [{ name: "get_it", inputSchema: { type: "object" } }];
  const said = method === "tools/list" ? { tools } : { protocolVersion: "2025-11-25", capabilities: {}, content: [] };
  response.writeHead(200, { "content-type": "application/json" }).end(result(body, said));
};

beforeAll(async () => {
  ground = await openGround(target, rules);
  other = await serve(target);
  erin = await ground.token("erin", ["engineers"]);
});
afterAll(async () => {
  await ground.close();
  await other.close();
});
beforeEach(() => {
  streams.length = 0;
});

async function listening(): Promise<{ readonly session: LegacySession; readonly reader: SseReader }> {
  const session = await openSession(ground, erin, {});
  const reader = new SseReader(await session.get({}));
  await eventually(() => expect(streams).toHaveLength(1));
  return { session, reader };
}

function say(data: JsonObject): void {
  const note = { jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data } };
  streams[0]?.write(`data: ${JSON.stringify(note)}\n\n`);
}

describe("a client's own stream that was open before a reload", () => {
  it("is masked as the configuration of now says", async () => {
    const { reader } = await listening();
    say({ pet: "Rex" });
    expect(await reader.message()).toMatchObject({ params: { data: { pet: "Rex" } } });
    await ground.reload((config) => (config.masking = { fields: ["pet"] }));
    say({ pet: "Rex" });
    expect(JSON.stringify(await reader.message())).not.toContain("Rex");
    reader.cancel();
  });

  it("ends with its client's way to the connection, and nothing more is said on it", async () => {
    const { reader } = await listening();
    await ground.reload((config) => (config.rules = [{ ...rules[0], groups: ["others"] }]));
    say({ city: "Ulm" });
    expect(await reader.message()).toBeNull();
    await ground.reload((config) => (config.rules = rules));
  });

  it("ends with its client's token", async () => {
    const { reader } = await listening();
    ground.clock.aheadMs = 86_400_000;
    say({ city: "Ulm" });
    expect(await reader.message()).toBeNull();
    ground.clock.aheadMs = 0;
  });
});

describe("a session whose connection a reload has led to another target", () => {
  it("is over for new requests: nothing goes to the old target any more", async () => {
    const session = await openSession(ground, erin, {});
    expect((await session.post(call)).status).toBe(200);
    const before = ground.target.seen.length;
    await ground.reload((config) => (config.connections = [{ name: "target", http: { url: other.url } }]));
    expect((await session.post({ ...call, id: 2 })).status).toBe(404);
    expect((await session.get({})).status).toBe(404);
    expect(ground.target.seen.length).toBe(before);
    const anew = await openSession(ground, erin, {});
    expect((await anew.post(call)).status).toBe(200);
    expect(other.seen.some(({ body }) => body.includes("tools/call"))).toBe(true);
  });
});
