import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installClient, type InstalledClient } from "../../support/installed-client.ts";
import { eventually } from "../../support/eventually.ts";
import { openGround, result, type Ground } from "../../gateway/mcp/ground.ts";

let ground: Ground & { close(): Promise<void> };
let installed: InstalledClient;

beforeAll(async () => {
  ground = await openGround((_request, response, body) => {
    const { method } = JSON.parse(body) as { method: string };
    const value = method === "tools/list" ? { tools: [] } : { content: [{ type: "text", text: "done" }] };
    response.writeHead(200, { "content-type": "application/json" }).end(result(body, value));
  });
  // Nothing but sessions is taken: whatever went out with the provider's token would be refused.
  await ground.reload((config) => {
    config.accepts = "sessions";
    config.sessions = { lasts: "5m" };
  });
  installed = await installClient(ground);
});
afterAll(async () => {
  await installed.close();
  await ground.close();
});

const begun = () => ground.ledger().filter(({ kind }) => kind === "gateway-session.begun").length;
const ended = () => ground.ledger().filter(({ kind }) => kind === "gateway-session.ended");
const done = { result: { content: [{ type: "text", text: "done" }] } };

describe("an installation's session at the gateway", () => {
  it("carries calls, the approvals stream and the API, under one session of its enrolled device", async () => {
    expect(await installed.call("get_one")).toMatchObject(done);
    const { session, connections } = installed.client.state();
    expect(connections.map(({ name }) => name)).toEqual(["target"]);
    expect(await installed.client.call("history.figures", { kind: "request", today: 0 }, "window")).toMatchObject({
      ok: true,
    });
    expect(begun()).toBe(1);
    const call = ground.ledger().find(({ kind }) => kind === "call.request");
    expect(call?.body).toContain(session.state === "signed-in" ? session.device : "no device");
  });

  it("is one session for calls that come at once", async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => installed.call("get_one")));
    for (const answer of answers) expect(answer).toMatchObject(done);
    expect(begun()).toBe(1);
    expect(installed.provider.refreshes).toBe(0);
  });

  it("is begun anew after a sleep over its end, before the first call goes out", async () => {
    ground.clock.aheadMs += 1_200_000;
    await eventually(() => expect(ended()).toHaveLength(1));
    expect(await installed.call("get_one")).toMatchObject(done);
    expect(begun()).toBe(2);
    expect(installed.opened).toHaveLength(1);
  });

  it("outlives a reload that changes who is let in, and is the same session after it", async () => {
    await ground.reload((config) => {
      config.roles = { admin: ["others"], auditor: [] };
    });
    expect(await installed.call("get_one")).toMatchObject(done);
    expect(begun()).toBe(2);
  });

  it("is ended by a sign-out at once, and another begins with the next sign-in", async () => {
    await installed.client.call("session.signOut", {}, "window");
    await eventually(() => expect(ended().at(-1)?.body).toContain("by its client"));
    expect(await installed.call("get_one")).toMatchObject({
      error: { data: { code: "signed_out", outcome: "not_run" } },
    });
    expect(await installed.client.call("session.signIn", {}, "window")).toMatchObject({ ok: true });
    expect(await installed.call("get_one")).toMatchObject(done);
  });
});
