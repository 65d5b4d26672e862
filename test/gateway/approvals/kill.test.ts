import { afterEach, expect, it } from "vitest";
import type { JsonObject } from "../../../src/shared/json.ts";
import { startGatewayProcess, type GatewayProcess } from "../../support/gateway-process.ts";
import { serve, type Served } from "../connections/servers.ts";
import { enrolApprover } from "../mcp/approver.ts";
import { nextPending, tallyServer, type Tally } from "../mcp/hold-ground.ts";
import { askingServer } from "../mcp/asking-server.ts";
import { modernRequest, post } from "../mcp/ground.ts";
import { eventually } from "../../support/eventually.ts";
import { callTool, killedAt, query, startAgain, text } from "./kill-ground.ts";

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

/** What is to be found after the gateway was killed at this moment, and started again. */
interface Expected {
  /** The approval's state in the store. */
  readonly state: string;
  /** How often the target has seen the call before the identical one is repeated, and after. */
  readonly seen: readonly [before: number, after: number];
  /** In the answer to the repeated call. */
  readonly repeat: string;
}

const held = "input_required";
const unknown = "Whether it took effect is unknown";
const answer = "wrote once";

it.each<[string, string, Expected]>([
  ["before the decision is durable", "before approved", { state: "pending", seen: [0, 0], repeat: held }],
  ["after the decision is durable", "after approved", { state: "approved", seen: [0, 1], repeat: answer }],
  ["before the claim is durable", "before claimed", { state: "approved", seen: [0, 1], repeat: answer }],
  [
    "after the claim, before the call is forwarded",
    "after claimed",
    { state: "unknown", seen: [0, 0], repeat: unknown },
  ],
  ["after the call is forwarded, before its answer", "at target", { state: "unknown", seen: [1, 1], repeat: unknown }],
  [
    "after the answer, before its outcome is durable",
    "before executed",
    { state: "unknown", seen: [1, 1], repeat: unknown },
  ],
  [
    "after the outcome is durable, before its delivery",
    "after executed",
    { state: "executed", seen: [1, 1], repeat: answer },
  ],
  ["after the delivery, before that is noted", "before delivered", { state: "executed", seen: [1, 1], repeat: answer }],
])("killed %s, the target has seen the call at most once, and the record says so", async (_name, moment, expected) => {
  const opened = Promise.withResolvers<void>();
  tally = { ran: [], gate: moment === "at target" ? opened.promise : Promise.resolve() };
  target = await serve(tallyServer(tally));
  gateway = await startGatewayProcess({
    target: target.url,
    rules: [{ name: "held", tools: ["slow_*"], effect: "approve", approvers: ["approvers"] }],
    ...killedAt(moment),
  });
  const erin = await gateway.token("erin", ["engineers"]);
  const avery = await gateway.token("avery", ["approvers"]);
  const approver = await enrolApprover(gateway, avery);
  const called = callTool(gateway, erin).catch(() => "cut off");
  const pending = await nextPending(gateway, avery, text);
  await approver.approve(pending).catch(() => undefined);
  if (moment === "at target") {
    await eventually(() => expect(tally.ran).toEqual([text]));
    gateway.child.kill("SIGKILL");
  }
  await gateway.ended();
  expect(gateway.child.signalCode).toBe("SIGKILL");
  if (moment !== "before delivered") expect(await called).toBe("cut off");
  opened.resolve();

  endSecond = await startAgain(gateway);
  expect(stateOf(pending.id)).toBe(expected.state);
  expect(tally.ran).toHaveLength(expected.seen[0]);
  expect(await callTool(gateway, erin)).toContain(expected.repeat);
  expect(tally.ran).toHaveLength(expected.seen[1]);
  expect(claims(pending.id)).toBeLessThanOrEqual(1);
  // What was answered is not answered again, nor run: the next identical call waits for a decision of its own.
  const next = await callTool(gateway, erin);
  expect(next).toContain(held);
  expect(next.includes(pending.id)).toBe(expected.state === "pending");
  expect(tally.ran).toHaveLength(expected.seen[1]);
});

it.each([
  ["before the first of two approvals is durable, it is made again", "before begun", 0],
  ["after the first of two approvals is durable, it still counts", "after begun", 1],
])("killed %s", async (_name, moment, kept) => {
  tally = { ran: [], gate: Promise.resolve() };
  target = await serve(tallyServer(tally));
  const steps = [
    { approvers: ["approvers"], need: "any" },
    { approvers: ["leads"], need: "any" },
  ];
  gateway = await startGatewayProcess({
    target: target.url,
    rules: [{ name: "held", tools: ["slow_*"], effect: "approve", steps }],
    ...killedAt(moment),
  });
  const erin = await gateway.token("erin", ["engineers"]);
  const avery = await gateway.token("avery", ["approvers"]);
  const lena = await gateway.token("lena", ["leads"]);
  const approver = await enrolApprover(gateway, avery);
  const lead = await enrolApprover(gateway, lena);
  const called = callTool(gateway, erin).catch(() => "cut off");
  const pending = await nextPending(gateway, avery, text);
  await approver.approve(pending).catch(() => undefined);
  await gateway.ended();
  expect(await called).toBe("cut off");

  endSecond = await startAgain(gateway);
  expect(
    query(gateway, (db) => db.prepare("SELECT json_array_length(record, '$.decisions') AS n FROM approvals").get()?.n),
  ).toBe(kept);
  if (kept === 0) await approver.approve(await nextPending(gateway, avery, text));
  expect(tally.ran).toEqual([]);
  await lead.approve(await nextPending(gateway, lena, text));
  expect(await callTool(gateway, erin)).toContain(answer);
  expect(tally.ran).toEqual([text]);
});

it("killed while its target's question is open, the call is unknown and no answer to the question goes on with it", async () => {
  const done: string[] = [];
  target = await serve(askingServer(done));
  gateway = await startGatewayProcess({
    target: target.url,
    rules: [
      { name: "held", tools: ["slow_*"], effect: "approve", approvers: ["approvers"], requests: ["elicitation"] },
    ],
  });
  const erin = await gateway.token("erin", ["engineers"]);
  const avery = await gateway.token("avery", ["approvers"]);
  const approver = await enrolApprover(gateway, avery);
  const _meta = { "io.modelcontextprotocol/clientCapabilities": { elicitation: { form: {} } } };
  const round = async (over: JsonObject): Promise<string> => {
    const params = { name: "slow_ask", arguments: { text }, _meta, ...over };
    return (await post(gateway, erin, modernRequest(1, "tools/call", params))).text();
  };
  const called = round({});
  const pending = await nextPending(gateway, avery, text);
  await approver.approve(pending);
  const [requestState = ""] = /countersign\.input\.[\w-]+/.exec(await called) ?? [];
  expect(requestState).not.toBe("");
  gateway.child.kill("SIGKILL");
  await gateway.ended();

  endSecond = await startAgain(gateway);
  expect(stateOf(pending.id)).toBe("unknown");
  const inputResponses = { database: { action: "accept", content: { database: "crm" } } };
  expect(await round({ requestState, inputResponses })).toContain("This round was not run");
  expect(await round({})).toContain(unknown);
  expect(done).toEqual(["asked for database"]);
});

function stateOf(approval: string): string {
  return query(gateway, (db) => String(db.prepare("SELECT state FROM approvals WHERE id = ?").get(approval)?.state));
}

/** How often the ledger says that the approval was claimed. */
function claims(approval: string): number {
  return query(
    gateway,
    (db) =>
      db
        .prepare("SELECT leaf, body FROM ledger_entries")
        .all()
        .filter(({ leaf, body }) => {
          const { kind } = JSON.parse(String(leaf)) as JsonObject;
          return kind === "approval.claimed" && String(body).includes(approval);
        }).length,
  );
}
