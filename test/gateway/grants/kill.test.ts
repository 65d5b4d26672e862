import { afterEach, expect, it } from "vitest";
import { call } from "../../support/world.ts";
import { startGatewayProcess, type GatewayProcess } from "../../support/gateway-process.ts";
import { serve, type Served } from "../connections/servers.ts";
import { nextPending, tallyServer, type Tally } from "../mcp/hold-ground.ts";
import { enrolGranter } from "./granter.ts";
import { eventually } from "../../support/eventually.ts";
import { callTool, killedAt, query, startAgain, text } from "../approvals/kill-ground.ts";

const held = "input_required";

let tally: Tally;
let target: Served;
let gateway: GatewayProcess;
let endSecond: (() => Promise<void>) | null = null;

afterEach(async () => {
  await endSecond?.();
  endSecond = null;
  await gateway.close();
  await target.close();
});

/** What is found after the gateway was killed at this moment in the first use of a grant for two: uses counted, calls the target saw under it. */
interface Expected {
  readonly uses: number;
  readonly seen: number;
}

it.each<[string, string, Expected]>([
  ["before a use is durable", "before used", { uses: 0, seen: 0 }],
  ["after a use is durable, before its call is forwarded", "after used", { uses: 1, seen: 0 }],
  ["after the call is forwarded, before its answer", "at target", { uses: 1, seen: 1 }],
])("killed %s, a grant gives no use more than it says", async (_name, moment, expected) => {
  const opened = Promise.withResolvers<void>();
  tally = { ran: [], gate: Promise.resolve() };
  await start(moment);
  const erin = await gateway.token("erin", ["engineers"]);
  const avery = await gateway.token("avery", ["approvers"]);
  const granter = await enrolGranter(gateway.url, avery);
  const first = callTool(gateway, erin);
  const pending = await nextPending(gateway, avery, text);
  expect(await granter.approveAndGrant(pending, { grant: { mostUses: 2 } })).toMatchObject({ status: 200 });
  expect(await first).toContain("wrote once");
  const own = tally.ran.length;

  if (moment === "at target") tally.gate = opened.promise;
  const granted = callTool(gateway, erin).catch(() => "cut off");
  if (moment === "at target") {
    await eventually(() => expect(tally.ran).toHaveLength(own + 1));
    gateway.child.kill("SIGKILL");
  }
  await gateway.ended();
  expect(gateway.child.signalCode).toBe("SIGKILL");
  expect(await granted).toBe("cut off");
  opened.resolve();
  tally.gate = Promise.resolve();

  endSecond = await startAgain(gateway);
  expect(usesOf(pending.id)).toBe(expected.uses);
  expect(tally.ran.length - own).toBe(expected.seen);
  let more = 0;
  while ((await callTool(gateway, erin)).includes("wrote once")) more += 1;
  expect(more).toBe(2 - expected.uses);
  expect(usesOf(pending.id)).toBe(2);
  expect(tally.ran.length - own).toBe(expected.seen + more);
  expect(await callTool(gateway, erin)).toContain(held);
});

it.each([
  ["before it is durable, it is not there, nor is the decision", "before granted", "pending", 0],
  ["after it is durable, it is there, as is the decision", "after granted", "approved", 1],
])("killed when a grant is made %s", async (_name, moment, state, live) => {
  tally = { ran: [], gate: Promise.resolve() };
  await start(moment);
  const erin = await gateway.token("erin", ["engineers"]);
  const avery = await gateway.token("avery", ["approvers"]);
  const granter = await enrolGranter(gateway.url, avery);
  const first = callTool(gateway, erin).catch(() => "cut off");
  const pending = await nextPending(gateway, avery, text);
  const body = await granter.body(pending);
  const path = `/v1/approvals/${pending.id}/decision`;
  await expect(call(gateway.url, avery, path, body)).rejects.toThrow();
  await gateway.ended();
  expect(await first).toBe("cut off");
  endSecond = await startAgain(gateway);
  expect(
    query(gateway, (db) =>
      db
        .prepare("SELECT state FROM approvals")
        .all()
        .map((row) => row.state),
    ),
  ).toEqual([state]);
  expect(query(gateway, (db) => db.prepare("SELECT id FROM grants WHERE live = 1").all())).toHaveLength(live);
  // The answer was lost: the very same, sent again, is recorded once.
  expect(await call(gateway.url, avery, path, body)).toMatchObject({ status: 200 });
  expect(query(gateway, (db) => db.prepare("SELECT id FROM grants WHERE live = 1").all())).toHaveLength(1);
});

async function start(moment: string): Promise<void> {
  target = await serve(tallyServer(tally));
  const grants = { longest: "8h", mostUses: 20 };
  gateway = await startGatewayProcess({
    target: target.url,
    rules: [{ name: "held", tools: ["slow_*"], effect: "approve", approvers: ["approvers"], grants }],
    ...killedAt(moment),
  });
}

function usesOf(approval: string): number {
  return query(gateway, (db) =>
    Number(
      db.prepare("SELECT json_extract(record, '$.uses') AS uses FROM grants WHERE approval = ?").get(approval)?.uses,
    ),
  );
}
