import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openPause } from "../../src/client/pause.ts";
import { signedIn, type Workbench } from "./workbench.ts";

let bench: Workbench;
let token: string;
beforeEach(async () => {
  bench = await signedIn();
  ({ token } = await bench.client.addClient("cursor"));
  await bench.client.openTunnel();
});
afterEach(() => bench.close());

async function call(): Promise<{ status: number; body: unknown }> {
  const { tunnel } = bench.client.state();
  if (tunnel.state !== "open") throw new Error("The tunnel is not open.");
  const response = await fetch(`http://127.0.0.1:${tunnel.port}/mcp/files`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 7, method: "tools/call", params: { name: "echo" } }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : JSON.parse(text) };
}

describe("a pause", () => {
  it("refuses calls with its own code, sends nothing to the gateway, and ends when the person resumes", async () => {
    await bench.client.call("tunnel.pause", { forMinutes: null }, "window");
    expect(bench.client.state().pause).toEqual({ untilMs: null });
    const before = bench.gateway.requests.length;
    expect(await call()).toMatchObject({
      status: 200,
      body: { id: 7, error: { message: expect.stringContaining("paused"), data: { code: "paused" } } },
    });
    expect(bench.gateway.requests.length).toBe(before);
    await bench.client.call("tunnel.resume", {}, "window");
    expect(bench.client.state().pause).toBeNull();
    expect((await call()).status).toBe(200);
  });

  it.each([0, 1441, 1.5, "60", undefined])("is not begun for %s minutes", async (forMinutes) => {
    expect(await bench.client.call("tunnel.pause", { forMinutes }, "window")).toMatchObject({
      ok: false,
      error: { code: "bad_request" },
    });
    expect(bench.client.state().pause).toBeNull();
  });

  it("ends by the clock, though no timer has run, and outlives the process until then", async () => {
    const clock = { nowMs: 1_000_000 };
    const open = async () => {
      const told: unknown[] = [];
      const parts = {
        directory: bench.directory,
        now: () => clock.nowMs,
        onState: (state: unknown) => told.push(state),
      };
      return { pause: await openPause(parts), told };
    };
    const tokens = { accessToken: "t", expiresAtMs: 0 } as never;
    const first = await open();
    await first.pause.begin(15);
    first.pause.close();
    const second = await open();
    expect(second.told).toEqual([{ untilMs: 1_900_000 }]);
    const guarded = second.pause.guarding(async () => tokens);
    expect(() => guarded()).toThrow(expect.objectContaining({ code: "paused" }));
    clock.nowMs = 1_900_000;
    expect(await guarded()).toBe(tokens);
    second.pause.close();
    const third = await open();
    expect(third.told).toEqual([null]);
    third.pause.close();
  });
});
