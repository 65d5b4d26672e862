import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSource } from "../../../src/gateway/audit/source.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { modernRequest, openGround, post, result, type Ground } from "./ground.ts";

const names = ["get_text", "get_rows", "get_small", "get_middling"];
const tools = names.map((name) => ({ name, inputSchema: { type: "object" } }));
const rows = Array.from({ length: 25_000 }, (_, id) => ({ id, name: `customer ${id}`, said: "größer 😀" }));
const text = `${'line of words, 😀 and \\ and " \n'.repeat(50_000)}write to anna@example.com`;
const answers: Readonly<Record<string, JsonObject>> = {
  get_text: { content: [{ type: "text", text }] },
  get_rows: { content: [], structuredContent: { rows } },
  get_small: { content: [{ type: "text", text: "small" }] },
  get_middling: { content: [{ type: "text", text: "x".repeat(40_000) }] },
};

let ground: Ground & { close(): Promise<void> };
let erin: string;
/** As an event stream, with a message before the answer. */
let streams = false;

beforeAll(async () => {
  ground = await openGround((_request, response, body) => {
    const { method, params } = JSON.parse(body) as { method: string; params?: { name?: string } };
    if (method !== "tools/call") return send(response, result(body, { tools }));
    const said = result(body, answers[params?.name ?? ""] ?? {});
    if (!streams) return send(response, said);
    const note = { jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: "soon" } };
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(`data: ${JSON.stringify(note)}\n\ndata: ${said}\n\n`);
  });
  erin = await ground.token("erin", ["engineers"]);
});
afterAll(() => ground.close());

function send(response: ServerResponse, said: string): void {
  response.writeHead(200, { "content-type": "application/json" }).end(said);
}

async function asked(id: number, name: string): Promise<Response> {
  return await post(ground, erin, modernRequest(id, "tools/call", { name, arguments: {} }));
}

async function called(id: number, name: string): Promise<string> {
  return await (await asked(id, name)).text();
}

function messagesIn(events: string): readonly unknown[] {
  const each = events.trimEnd().split("\n\n");
  return each.map((event) => JSON.parse(event.replace(/^data: /, "")) as unknown);
}

const masked: Readonly<Record<string, JsonObject>> = {
  ...answers,
  get_text: { content: [{ type: "text", text: text.replace("anna@", "••••@") }] },
};

describe("an answer of megabytes", () => {
  it.each(["get_text", "get_rows"])("of %s gets to its client whole and masked", async (name) => {
    streams = false;
    expect(messagesIn(await called(1, name))).toMatchObject([{ id: 1, result: masked[name] }]);
    streams = true;
    const events = messagesIn(await called(2, name));
    expect(events).toHaveLength(2);
    expect(events[1]).toMatchObject({ id: 2, result: masked[name] });
  });

  it("is an event, so that the tunnel can say that it broke off; a short one is a JSON body, which a tunnel holds until it is whole", async () => {
    streams = false;
    const types = ["get_small", "get_middling", "get_text"].map(async (name) => {
      const answer = await asked(5, name);
      await answer.text();
      return answer.headers.get("content-type");
    });
    expect(await Promise.all(types)).toEqual(["application/json", "text/event-stream", "text/event-stream"]);
  });

  it("is in the ledger as it was answered, in a body file", async () => {
    streams = false;
    await called(3, "get_text");
    const source = await openSource(ground.data);
    const bodies: (string | null)[] = [];
    for await (const entry of source.entries()) if (entry.readable) bodies.push(entry.body);
    source.close();
    const last = bodies.at(-1) ?? "";
    expect(JSON.parse(last)).toMatchObject({ outcome: "ok", response: { result: masked.get_text } });
    expect(ground.ledger().at(-1)?.body).toBe("null");
  });

  it("keeps nobody else waiting: small calls are answered meanwhile, many of them", async () => {
    streams = false;
    const state = { isOver: false };
    const long = called(4, "get_rows").finally(() => (state.isOver = true));
    let small = 0;
    for (; !state.isOver; small += 1) expect(await called(1000 + small, "get_small")).toContain("small");
    await long;
    expect(small).toBeGreaterThan(10);
  });
});
