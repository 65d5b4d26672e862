import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { approvalView } from "../../../src/shared/approval.ts";
import { UnheardCalls } from "../../../src/gateway/mcp/unheard.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { call } from "../../support/world.ts";
import { enrolApprover } from "./approver.ts";
import { modernRequest, openGround, post, result, type Ground, type Sent } from "./ground.ts";
import { openSession } from "./legacy-session.ts";
import { eventually, patienceMs } from "../../support/eventually.ts";

const tools = ["get_it", "slow_it"].map((name) => ({ name, description: "", inputSchema: { type: "object" } }));

let ground: Ground & { close(): Promise<void> };
let erin: string;
let avery: string;
/** Answers that the target has begun and never ends by itself. */
const endless: ServerResponse[] = [];

beforeAll(async () => {
  ground = await openGround((request, response, body) => {
    if (request.method !== "POST") return void response.writeHead(405).end();
    const { method, id } = JSON.parse(body) as JsonObject;
    if (id === undefined) return void response.writeHead(202).end();
    if (method === "tools/call") return begin(response);
    const said = method === "tools/list" ? { tools } : { protocolVersion: "2025-11-25", capabilities: {} };
    response.writeHead(200, { "content-type": "application/json" }).end(result(body, said));
  });
  erin = await ground.token("erin", ["engineers"]);
  avery = await ground.token("avery", ["approvers"]);
});
afterAll(() => ground.close());
beforeEach(() => {
  endless.length = 0;
  ground.clock.aheadMs = 0;
});

function begin(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const note = JSON.stringify({
    jsonrpc: "2.0",
    method: "notifications/message",
    params: { level: "info", data: "…" },
  });
  const more = setInterval(() => response.write(`data: ${note}\n\n`), 50);
  response.once("close", () => clearInterval(more));
  endless.push(response);
}

/** Moves the clock on until it holds: how long nobody has heard counts from when that was first noticed. */
function inTime(holds: () => void | Promise<void>): Promise<void> {
  const moved = async (): Promise<void> => {
    ground.clock.aheadMs += 10 * 60_000;
    await holds();
  };
  return vi.waitFor(moved, { timeout: patienceMs, interval: 500 });
}

describe("a target that never ends its answer", () => {
  it("is told and cut off once a legacy client has been gone for half an hour", async () => {
    const session = await openSession(ground, erin, {});
    const message = { jsonrpc: "2.0", id: 7, method: "tools/call", params: { name: "get_it", arguments: {} } };
    const answer = await session.post(message);
    await answer.body?.cancel();
    await inTime(() => expect(endless[0]?.destroyed).toBe(true));
    await eventually(() => {
      const said = ground.target.seen.find(({ body }) => body.includes("notifications/cancelled"));
      expect(JSON.parse(said?.body ?? "{}")).toMatchObject({ params: { requestId: 7 } });
    });
    await eventually(() => {
      const last = ground.ledger().findLast(({ kind }) => kind === "call.response");
      expect(JSON.parse(last?.body ?? "{}")).toMatchObject({ outcome: "cancelled" });
    });
  });

  it("is cut off as well where the call was approved, which then ends as unknown", async () => {
    const approver = await enrolApprover(ground, avery);
    const leave = new AbortController();
    const sent: Sent = modernRequest(1, "tools/call", { name: "slow_it", arguments: {} });
    const held = post(ground, erin, sent, leave.signal);
    held.catch(() => undefined); // it is left on purpose
    const approval = await eventually(async () => {
      const { body } = await call(ground.url, avery, "/v1/approvals?state=pending");
      return approvalView.parse((body as { approvals: unknown[] }).approvals[0]);
    });
    expect((await approver.approve(approval)).status).toBe(200);
    await eventually(() => expect(endless).toHaveLength(1));
    leave.abort();
    await inTime(() => expect(endless[0]?.destroyed).toBe(true));
    await eventually(async () => {
      const { body } = await call(ground.url, avery, `/v1/approvals/${approval.id}`);
      expect(body).toMatchObject({ approval: { state: "unknown" } });
    });
  });
});

it("counts from when the last one left, and not while somebody hears", () => {
  const clock = { nowMs: 0 };
  const calls = new UnheardCalls(() => clock.nowMs);
  const stop = vi.fn();
  let heard = false;
  calls.watch(() => heard, stop);
  const after = (minutes: number, isHeard: boolean): void => {
    clock.nowMs += minutes * 60_000;
    heard = isHeard;
    calls.sweep();
  };
  after(0, false);
  after(29, false);
  after(2, true);
  after(60, true);
  after(1, false);
  after(29, false);
  expect(stop).not.toHaveBeenCalled();
  after(2, false);
  expect(stop).toHaveBeenCalledTimes(1);
});
