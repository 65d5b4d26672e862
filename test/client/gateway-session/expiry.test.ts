import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../support/eventually.ts";
import { installClient, type InstalledClient } from "../../support/installed-client.ts";
import { openGround, result, type Ground } from "../../gateway/mcp/ground.ts";
import { until } from "../workbench.ts";

let ground: Ground & { close(): Promise<void> };
let installed: InstalledClient;

beforeAll(async () => {
  ground = await openGround((request, response, body) => {
    if (request.method === "GET") {
      response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
      return;
    }
    const { method } = JSON.parse(body) as { method: string };
    const tools = [{ name: "slow_thing", inputSchema: { type: "object" } }];
    const opened = { protocolVersion: "2025-11-25", capabilities: {}, serverInfo: { name: "t", version: "1" } };
    const values = { "tools/list": { tools }, initialize: opened };
    const value = values[method as keyof typeof values] ?? { content: [{ type: "text", text: "done" }] };
    response.writeHead(200, { "content-type": "application/json", "mcp-session-id": "target-1" });
    response.end(method.startsWith("notifications/") ? "" : result(body, value));
  });
  await ground.reload((config) => {
    config.accepts = "sessions";
    config.approvals = { budget: "30m" };
  });
  installed = await installClient(ground);
});
afterAll(async () => {
  await installed.close();
  await ground.close();
});

const common = () => ({ authorization: `Bearer ${installed.tunnel.token}`, "content-type": "application/json" });
const accept = "application/json, text/event-stream";
const pending = () =>
  until(installed.client, ({ approvals }) => approvals.some(({ state, standing }) => state === "pending" && standing));

describe("the end of a session in the middle of things", () => {
  it("ends a client's own stream at the gateway, which the tunnel opens again in the next session: its client notices nothing", async () => {
    const hello = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } };
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params: hello });
    const opening = await fetch(installed.tunnel.url, { method: "POST", headers: { ...common(), accept }, body });
    await opening.text();
    const named = {
      "mcp-session-id": opening.headers.get("mcp-session-id") ?? "",
      "mcp-protocol-version": "2025-11-25",
    };
    const leave = new AbortController();
    const headers = { ...common(), ...named, accept: "text/event-stream" };
    const stream = await fetch(installed.tunnel.url, { headers, signal: leave.signal });
    expect(stream.status).toBe(200);
    const ended = stream.text().then(
      () => "ended",
      () => "left",
    );
    const gets = () => ground.target.seen.filter(({ method }) => method === "GET").length;
    await eventually(() => expect(gets()).toBe(1));
    // A sleep over the session's end: nothing could be renewed.
    ground.clock.aheadMs += 600_000;
    await eventually(() => expect(gets()).toBe(2));
    leave.abort();
    expect(await ended).toBe("left");
  });

  it("leaves a held call waiting that is renewed, and tells one whose person has to sign in; the approval stays for after that", async () => {
    const renewed = installed.call("slow_thing", { at: "one" });
    await pending();
    ground.clock.aheadMs += 200_000;
    await installed.call("get_one");
    installed.provider.failure = "reauthentication_needed";
    ground.clock.aheadMs += 3_600_000;
    expect(await renewed).toMatchObject({ error: { code: -32059, data: { code: "session_ended" } } });
    const { session } = await until(installed.client, (state) => state.session.state === "needs-sign-in");
    expect(session).toMatchObject({ error: { code: "reauthentication_needed" } });
    expect(await installed.call("get_one")).toMatchObject({
      error: { message: expect.stringContaining("ign in again"), data: { outcome: "not_run" } },
    });
    expect(installed.opened).toHaveLength(1);
  });
});
