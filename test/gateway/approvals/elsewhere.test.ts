import { afterAll, beforeAll, expect, it } from "vitest";
import { approvalView, type ApprovalView } from "../../../src/shared/approval.ts";
import { call } from "../../support/world.ts";
import { enrolApprover } from "../mcp/approver.ts";
import { modernRequest, openGround, post, result, type Ground } from "../mcp/ground.ts";
import { eventually } from "../../support/eventually.ts";

const tools = [{ name: "slow_it", inputSchema: { type: "object" } }];
let ground: Ground & { close(): Promise<void> };
/** Where the calls went that the target got. */
const ran: string[] = [];

beforeAll(async () => {
  ground = await openGround((request, response, body) => {
    const { method } = JSON.parse(body) as { method: string };
    if (method === "tools/call") ran.push(request.url ?? "");
    response.writeHead(200, { "content-type": "application/json" });
    response.end(result(body, method === "tools/list" ? { tools } : { content: [] }));
  });
});
afterAll(() => ground.close());

it("an approved call that is repeated once its connection leads elsewhere is held anew: that target was not shown", async () => {
  const erin = await ground.token("erin", ["engineers"]);
  const avery = await ground.token("avery", ["approvers"]);
  const approver = await enrolApprover(ground, avery);
  const waiting = async (): Promise<readonly ApprovalView[]> => {
    const { body } = await call(ground.url, avery, "/v1/approvals?state=pending");
    return (body as { approvals: unknown[] }).approvals.map((each) => approvalView.parse(each));
  };
  const asked = async (): Promise<ApprovalView> => {
    const leave = new AbortController();
    const sent = modernRequest(1, "tools/call", { name: "slow_it", arguments: { on: "staging" } });
    post(ground, erin, sent, leave.signal).catch(() => undefined);
    try {
      return await eventually(async () => (await waiting())[0] ?? expect.fail("it is not held"));
    } finally {
      leave.abort();
    }
  };
  const first = await asked();
  // Whoever asked has left by then: nothing runs with the approval yet.
  await eventually(() => expect(ground.ledger().some(({ body }) => body.includes('"outcome":"gone"'))).toBe(true));
  expect(await approver.approve(first)).toMatchObject({ status: 200 });
  await ground.reload(({ connections }) => {
    connections[0] = { ...connections[0], http: { url: `${ground.target.url}?production` } };
  });
  const second = await asked();
  expect(second.id).not.toBe(first.id);
  expect(ran).toEqual([]);
});
