import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import { approvalView } from "../../../src/shared/approval.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { call } from "../../support/world.ts";
import { openGround, result, type Ground } from "../mcp/ground.ts";
import { openSession } from "../mcp/legacy-session.ts";
import { enrolGranter } from "./granter.ts";
import { eventually } from "../../support/eventually.ts";

const rules: JsonObject[] = [
  {
    name: "writes",
    tools: ["write_*"],
    effect: "approve",
    approvers: ["approvers"],
    requests: ["elicitation"],
    grants: { longest: "1h", mostUses: 5 },
  },
];
const tools = [{ name: "write_it", inputSchema: { type: "object" } }];
const question = { jsonrpc: "2.0", id: 9, method: "elicitation/create", params: { message: "Which database?" } };

let ground: Ground & { close(): Promise<void> };
/** The answers of the calls that reached the target, open. */
const open: { readonly body: string; readonly response: ServerResponse }[] = [];
/** What the target was told besides. */
const told: JsonObject[] = [];

beforeAll(async () => {
  ground = await openGround((request, response, body) => {
    if (request.method !== "POST") {
      response.writeHead(405).end();
      return;
    }
    const asked = JSON.parse(body) as JsonObject;
    if (asked.method === "tools/call") {
      open.push({ body, response });
      response.writeHead(200, { "content-type": "text/event-stream" });
      return;
    }
    if (asked.method === "initialize" || asked.method === "tools/list") {
      response.writeHead(200, { "content-type": "application/json", "mcp-session-id": "s" });
      response.end(result(body, { protocolVersion: "2025-11-25", capabilities: { tools: {} }, tools }));
      return;
    }
    told.push(asked);
    response.writeHead(202).end();
  }, rules);
});
afterAll(() => ground.close());

/** Answers the call of this number at the target. */
async function end(number: number): Promise<void> {
  const { body, response } = await eventually(() => open[number] ?? expect.fail("it has not come yet"));
  response.end(`data: ${result(body, { content: [] })}\n\n`);
}

it("a legacy target that asks in the middle of a call is given no answer under a grant, which covers arguments alone", async () => {
  const erin = await ground.token("erin", ["engineers"]);
  const avery = await ground.token("avery", ["approvers"]);
  const granter = await enrolGranter(ground.url, avery);
  const session = await openSession(ground, erin, { elicitation: {} });
  const params = { name: "write_it", arguments: { path: "/srv/a" } };
  const first = session.post({ jsonrpc: "2.0", id: 1, method: "tools/call", params });
  const approval = await eventually(async () => {
    const { body } = await call(ground.url, avery, "/v1/approvals?state=pending");
    return approvalView.parse((body as { approvals: unknown[] }).approvals[0]);
  });
  expect(await granter.approveAndGrant(approval)).toMatchObject({ status: 200 });
  await end(0);
  await (await first).text();

  const second = session.post({ jsonrpc: "2.0", id: 2, method: "tools/call", params });
  const { response } = await eventually(() => open[1] ?? expect.fail("the grant does not let it run"));
  response.write(`data: ${JSON.stringify(question)}\n\n`);
  await eventually(() => expect(told).toContainEqual(expect.objectContaining({ id: 9 })));
  expect(told.find(({ id }) => id === 9)).toMatchObject({ error: { code: -32601 } });
  await end(1);
  expect(await (await second).text()).not.toContain("Which database?");
});
