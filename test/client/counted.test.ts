import { afterEach, describe, expect, it } from "vitest";
import { CountersignError } from "../../src/shared/errors.ts";
import type { TrafficView } from "../../src/shared/traffic.ts";
import { counted } from "../../src/client/counted.ts";
import type { Conversations } from "../../src/client/conversations.ts";
import type { Heard } from "../../src/client/heard.ts";
import { createTraffic, type Traffic } from "../../src/client/traffic.ts";
import type { Asked } from "../../src/client/upstream/upstream.ts";

const open: Traffic[] = [];
afterEach(() => open.splice(0).forEach((traffic) => traffic.close()));

function counting() {
  const told: TrafficView[] = [];
  const clock = { nowMs: 1000 };
  const traffic = createTraffic({ now: () => clock.nowMs, onChange: (view) => void told.push(view) });
  open.push(traffic);
  return { traffic, told, clock };
}

const heard = (status: number, pass: Heard["pass"] = async () => undefined): Heard => ({
  status,
  headers: {},
  isAnew: false,
  pass,
  text: async () => "",
  drop: () => undefined,
});
const answering = (answer: () => Promise<Heard>): Conversations => ({ ask: answer, knows: () => false });

function asked(message: unknown, changed: Partial<Asked> = {}): Asked {
  return {
    method: "POST",
    connection: "files",
    headers: [],
    body: Buffer.from(JSON.stringify(message)),
    isRepeatable: () => false,
    claims: () => ({}),
    signal: new AbortController().signal,
    ...changed,
  };
}
const call = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "read", arguments: { path: "secret" } } };

describe("what goes through the tunnel", () => {
  it("counts calls by client and connection, and nothing else that a client asks", async () => {
    const { traffic, clock } = counting();
    const passing = counted(
      answering(async () => heard(200)),
      traffic,
    );
    await passing.ask(asked(call), "c1");
    clock.nowMs = 2000;
    await passing.ask(asked(call), "c1");
    await passing.ask(asked(call, { connection: "crm" }), "c2");
    await passing.ask(asked({ jsonrpc: "2.0", id: 2, method: "tools/list" }), "c1");
    await passing.ask(asked(null, { method: "GET", body: null }), "c1");
    await passing.ask(asked(call, { headers: ["Mcp-Method", "tools/list"] }), "c1");
    expect(traffic.view().lines).toEqual([
      { client: "c1", connection: "files", calls: 2, errors: 0, lastAtMs: 2000 },
      { client: "c2", connection: "crm", calls: 1, errors: 0, lastAtMs: 2000 },
    ]);
  });

  it("keeps the last errors with what to do about them, the same in a row as one, and no payload", async () => {
    const { traffic } = counting();
    const lost = new CountersignError("gateway_unreachable", "The gateway cannot be reached: check the network.");
    const failing = counted(
      answering(async () => await Promise.reject(lost)),
      traffic,
    );
    for (let turn = 0; turn < 3; turn += 1) await expect(failing.ask(asked(call), "c1")).rejects.toBe(lost);
    const refused = counted(
      answering(async () => heard(403)),
      traffic,
    );
    await refused.ask(asked({ jsonrpc: "2.0", id: 3, method: "tools/list" }), "c1");
    const { lines, troubles } = traffic.view();
    expect(lines).toMatchObject([{ calls: 3, errors: 3 }]);
    expect(troubles).toMatchObject([
      { client: "c1", connection: "files", code: "not_allowed", times: 1 },
      { client: "c1", connection: "files", code: "gateway_unreachable", times: 3, message: lost.message },
    ]);
    expect(JSON.stringify(traffic.view())).not.toContain("secret");
  });

  it("takes an answer that broke off for an error, and one that its client left for none", async () => {
    const { traffic } = counting();
    const broken = counted(
      answering(async () => heard(200, async () => await Promise.reject(new Error("cut")))),
      traffic,
    );
    const answer = await broken.ask(asked(call), "c1");
    await expect(answer.pass(process.stdout)).rejects.toThrow("cut");
    const gone = new AbortController();
    const left = await broken.ask(asked(call, { signal: gone.signal }), "c1");
    gone.abort();
    await expect(left.pass(process.stdout)).rejects.toThrow("cut");
    expect(traffic.view().lines).toMatchObject([{ calls: 2, errors: 1 }]);
  });

  it("stays bounded, whatever comes", () => {
    const { traffic } = counting();
    for (let at = 0; at < 700; at += 1) {
      traffic.called(`c${at}`, "files");
      const message = "x".repeat(5000);
      traffic.failed({ client: `c${at}`, connection: "files", code: "internal", message }, true);
    }
    const { lines, troubles } = traffic.view();
    expect([lines.length, troubles.length]).toEqual([500, 20]);
    expect(JSON.stringify(troubles).length).toBeLessThan(20_000);
  });

  it("tells of many calls once", () => {
    const { traffic, told } = counting();
    for (let at = 0; at < 1000; at += 1) traffic.called("c1", "files");
    expect(told).toEqual([]);
    traffic.close();
    expect(told).toMatchObject([{ lines: [{ calls: 1000 }] }]);
  });
});
