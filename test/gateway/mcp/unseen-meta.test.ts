import { afterAll, beforeAll, expect, it } from "vitest";
import { approvalView } from "../../../src/shared/approval.ts";
import type { Json, JsonObject } from "../../../src/shared/json.ts";
import { call } from "../../support/world.ts";
import { enrolApprover } from "./approver.ts";
import { openGround, post, result, type Ground, type Sent } from "./ground.ts";
import { eventually } from "../../support/eventually.ts";

const tools = [{ name: "slow_it", inputSchema: { type: "object" } }];
let ground: Ground & { close(): Promise<void> };
let erin: string;
let session: Record<string, string>;
let last = 0;

beforeAll(async () => {
  ground = await openGround((request, response, body) => {
    if (request.method !== "POST") {
      response.writeHead(405).end();
      return;
    }
    const { method } = JSON.parse(body) as { method: string };
    response.writeHead(200, { "content-type": "application/json", "mcp-session-id": "s" });
    if (method === "initialize") response.end(result(body, { protocolVersion: "2025-11-25", capabilities: {} }));
    else response.end(result(body, method === "tools/list" ? { tools } : { content: [] }));
  });
  erin = await ground.token("erin", ["engineers"]);
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "c", version: "1" } };
  const opened = await post(ground, erin, { body: { jsonrpc: "2.0", id: 0, method: "initialize", params } });
  await opened.text();
  session = { "mcp-session-id": opened.headers.get("mcp-session-id") ?? "" };
});
afterAll(() => ground.close());

function held(meta: Json): Sent {
  const params = { name: "slow_it", arguments: { at: (last += 1) }, _meta: meta };
  return { headers: session, body: { jsonrpc: "2.0", id: last, method: "tools/call", params } };
}

it.each<[Json]>([[["unseen"]], ["unseen"], [7], [null]])(
  "a held call carries no _meta that is no object: %j",
  async (meta) => {
    const answer = await (await post(ground, erin, held(meta))).text();
    expect(answer).toContain("_meta");
    expect(answer).toContain("-32602");
    expect(ground.target.seen.filter(({ body }) => body.includes("tools/call"))).toEqual([]);
  },
);

it("of the _meta of a held call the target gets the protocol's own members, with values of their own kind", async () => {
  const avery = await ground.token("avery", ["approvers"]);
  const hiding = { unseen: "delete it all" };
  const meta: JsonObject = {
    progressToken: hiding,
    traceparent: hiding,
    baggage: [hiding],
    other: hiding,
    tracestate: "a=b",
  };
  const answered = post(ground, erin, held(meta));
  const approval = await eventually(async () => {
    const { body } = await call(ground.url, avery, "/v1/approvals?state=pending");
    return approvalView.parse((body as { approvals: unknown[] }).approvals[0]);
  });
  expect(await (await enrolApprover(ground, avery)).approve(approval)).toMatchObject({ status: 200 });
  await (await answered).text();
  const ran = ground.target.seen.findLast(({ body }) => body.includes("tools/call"))?.body ?? "{}";
  expect((JSON.parse(ran) as { params: JsonObject }).params._meta).toEqual({ tracestate: "a=b" });
});
