import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { modernRequest, openGround, post, result, type Ground } from "../ground.ts";

let ground: Ground & { close(): Promise<void> };
let erin: string;
/** How the server answers a call. */
let onCall: (response: ServerResponse, body: string) => void;
let calls = 0;
let sessions = 0;
beforeAll(async () => {
  const json = { "content-type": "application/json" };
  ground = await openGround((request, response, body) => {
    // It has no stream of its own, and nothing is left of those that broke.
    if (request.method !== "POST")
      return void response.writeHead(request.headers["last-event-id"] === undefined ? 405 : 404).end();
    const { method } = JSON.parse(body) as { method?: string };
    switch (method) {
      case "server/discover":
        return void response.writeHead(404).end();
      case "initialize": {
        sessions += 1;
        const said = { protocolVersion: "2025-11-25", capabilities: {}, serverInfo: { name: "t", version: "1" } };
        response.writeHead(200, { ...json, "mcp-session-id": `s${sessions}` });
        return void response.end(result(body, said));
      }
      case "tools/list":
        return void response.writeHead(200, json).end(result(body, { tools: [] }));
      case "tools/call":
        calls += 1;
        return onCall(response, body);
      default:
        return void response.writeHead(202).end();
    }
  });
  erin = await ground.token("erin", ["engineers"]);
});
afterAll(() => ground.close());
beforeEach(() => {
  calls = 0;
});

async function call(id: number): Promise<unknown> {
  return await (await post(ground, erin, modernRequest(id, "tools/call", { name: "get_it" }))).json();
}

describe("a call of a modern client at a server that loses the session", () => {
  it("is asked once more where the server took it not on", async () => {
    const before = sessions;
    onCall = (response, body) => {
      if (calls === 1) response.writeHead(404).end();
      else response.writeHead(200, { "content-type": "application/json" }).end(result(body, { content: [] }));
    };
    expect(await call(1)).toMatchObject({ result: { resultType: "complete" } });
    expect(calls).toBe(2);
    expect(sessions).toBeGreaterThan(before);
  });

  it("is never repeated where its answer had begun, and the caller is told that the outcome is unknown", async () => {
    onCall = (response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("id: 1\nretry: 1\ndata: \n\n", () => setTimeout(() => response.destroy(), 20));
    };
    const said = await (await post(ground, erin, modernRequest(2, "tools/call", { name: "get_it" }))).text();
    expect(said).toContain("Whether the call took effect is unknown");
    expect(calls).toBe(1);
  });

  it("is never repeated where the connection broke before an answer", async () => {
    onCall = (response) => void response.destroy();
    expect(await call(3)).toMatchObject({ error: { message: expect.stringContaining("is unknown") } });
    expect(calls).toBe(1);
  });
});
