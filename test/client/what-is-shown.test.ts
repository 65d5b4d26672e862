import { afterAll, beforeAll, expect, it } from "vitest";
import { canonical } from "../../src/shared/json.ts";
import { openWorld, type World } from "../support/world.ts";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

it("includes an argument named __proto__, which a parser of ours could lose on the way to the approver", async () => {
  const token = await world.token("engineer");
  const approver = await world.decider("approver");
  const session = await post(token, {
    id: 0,
    method: "initialize",
    params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "hostile", version: "1" } },
  });
  const hostile = '{"__proto__":{"a":1},"changes":{"__proto__":{"notes":"hidden?"},"name":"x"},"id":"c1"}';
  // As text: an object literal would set the prototype instead.
  const params = `{"name":"update_customer","arguments":${hostile}}`;
  const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`;
  const leaving = new AbortController();
  const asked = post(token, body, session.headers.get("mcp-session-id"), leaving.signal).catch(() => null);
  const shown = await approver.nextPending();
  expect(canonical(shown.payload.arguments)).toBe(hostile);
  leaving.abort();
  await asked;
});

function post(token: string, message: object | string, session: string | null = null, signal?: AbortSignal) {
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": "2025-06-18",
    ...(session === null ? {} : { "mcp-session-id": session }),
  };
  const body = typeof message === "string" ? message : JSON.stringify({ jsonrpc: "2.0", ...message });
  return fetch(`${world.url}/mcp/customers`, { method: "POST", headers, body, ...(signal ? { signal } : {}) });
}
