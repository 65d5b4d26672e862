import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { approvalView, type ApprovalView, type DecisionPayload } from "../../../src/shared/approval.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { eventually } from "../../support/eventually.ts";
import { call } from "../../support/world.ts";
import { enrolApprover, type Approver } from "../mcp/approver.ts";
import { modernRequest, openGround, post, result, type Ground } from "../mcp/ground.ts";

const held = { effect: "approve", approvers: ["approvers"] };
const rules: JsonObject[] = [
  { name: "fresh", tools: ["fresh"], ...held, approverSignIn: { within: "15m" } },
  { name: "strong", tools: ["strong"], ...held, approverSignIn: { acr: ["phr"] } },
  { name: "plain", tools: ["plain"], ...held },
];
const tools = ["fresh", "strong", "plain"].map((name) => ({ name, inputSchema: {} }));
const minute = 60;

let ground: Ground & { close(): Promise<void> };
let erin: string;
let approver: Approver;
beforeAll(async () => {
  ground = await openGround((_request, response, body) => {
    const { method } = JSON.parse(body) as { method: string };
    const answer = result(body, method === "tools/list" ? { tools } : { content: [] });
    response.writeHead(200, { "content-type": "application/json" }).end(answer);
  }, rules);
  erin = await ground.token("erin", ["engineers"]);
  approver = await enrolApprover(ground, await signedIn(0));
});
afterAll(() => ground.close());

/** Avery's token, of a sign-in so many seconds ago. */
function signedIn(agoS: number, more: JsonObject = {}): Promise<string> {
  const authTime = Math.floor(Date.now() / 1000) - agoS;
  return ground.token("avery", ["approvers"], "app", undefined, { auth_time: authTime, ...more });
}

async function pendingOf(tool: string): Promise<ApprovalView> {
  const token = await signedIn(0);
  return eventually(async () => {
    const { body } = await call(ground.url, token, "/v1/approvals?state=pending");
    const list = (body as { approvals: unknown[] }).approvals.map((each) => approvalView.parse(each));
    return list.find((each) => each.tool === tool) ?? expect.fail("nothing waits");
  });
}

describe("who approves under a rule that asks for their sign-in", () => {
  it.each<[string, string, () => Promise<string>, Partial<DecisionPayload>, string | null]>([
    ["an old sign-in", "fresh", () => signedIn(16 * minute), {}, "sign_in_needed"],
    ["an old sign-in, to deny", "fresh", () => signedIn(16 * minute), { verdict: "deny" }, null],
    ["a fresh one", "fresh", () => signedIn(14 * minute), {}, null],
    ["one that doesn't say when", "fresh", () => signedIn(0, { auth_time: undefined as never }), {}, "sign_in_needed"],
    ["one of another class", "strong", () => signedIn(0, { acr: "pwd" }), {}, "sign_in_needed"],
    ["one of the class", "strong", () => signedIn(0, { acr: "phr" }), {}, null],
    ["an old one where nothing is asked", "plain", () => signedIn(90 * minute), {}, null],
  ])("with %s", async (what, tool, token, change, code) => {
    const request = modernRequest(what, "tools/call", { name: tool, arguments: { what } });
    const answer = post(ground, erin, request).catch(() => null);
    const approval = await pendingOf(tool);
    const { status, body } = await approver.approve(approval, await token(), change);
    expect({ status, code: (body as { error?: { code: string } }).error?.code ?? null }).toEqual({
      status: code === null ? 200 : 403,
      code,
    });
    if (code !== null) {
      expect(ground.ledger().at(-1)).toMatchObject({ kind: "decision.refused" });
      await approver.approve(approval, await signedIn(0), { verdict: "deny" });
    }
    await answer;
  });

  it("is told so with the request, in words", async () => {
    const answer = post(ground, erin, modernRequest(9, "tools/call", { name: "fresh" })).catch(() => null);
    const approval = await pendingOf("fresh");
    expect(approval.rule.approverSignIn).toEqual({ asks: "a sign-in of the last 15 minutes", withinMs: 900_000 });
    await approver.approve(approval, await signedIn(0), { verdict: "deny" });
    await answer;
  });
});
