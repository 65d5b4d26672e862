import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { approvalView, type ApprovalView, type DecisionPayload } from "../../../src/shared/approval.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { call } from "../../support/world.ts";
import { enrolApprover, type Approver } from "../mcp/approver.ts";
import { modernRequest, openGround, post, result, type Ground } from "../mcp/ground.ts";
import { eventually } from "../../support/eventually.ts";

const held = { effect: "approve", approvers: ["approvers"] };
const rules: JsonObject[] = [
  { name: "reasoned", tools: ["reasoned_*"], ...held, requireReason: true },
  { name: "medium", tools: ["medium_*"], ...held },
  { name: "high", tools: ["high_*"], ...held, risk: "high" },
  { name: "said cli", tools: ["critical_*"], ...held, risk: "critical", presence: "cli" },
  { name: "quick", tools: ["quick_*"], ...held, risk: "low", quick: true },
  { name: "quick medium", tools: ["soon_*"], ...held, quick: true, requireReason: true },
  { name: "strong", tools: ["strong_*"], ...held, presence: "authenticator" },
];
const tools = ["reasoned_x", "medium_x", "high_x", "critical_x", "strong_x", "quick_x", "soon_x"].map((name) => ({
  name,
  inputSchema: {},
}));

let ground: Ground & { close(): Promise<void> };
let erin: string;
let avery: string;
let approver: Approver;

beforeAll(async () => {
  ground = await openGround((_request, response, body) => {
    const { method } = JSON.parse(body) as { method: string };
    const answer = result(body, method === "tools/list" ? { tools } : { content: [] });
    response.writeHead(200, { "content-type": "application/json" }).end(answer);
  }, rules);
  erin = await ground.token("erin", ["engineers"]);
  avery = await ground.token("avery", ["approvers"]);
  approver = await enrolApprover(ground, avery);
});
afterAll(() => ground.close());

async function pendingOf(tool: string): Promise<ApprovalView> {
  return eventually(async () => {
    const { body } = await call(ground.url, avery, "/v1/approvals?state=pending");
    const list = (body as { approvals: unknown[] }).approvals.map((each) => approvalView.parse(each));
    return list.find((each) => each.tool === tool) ?? expect.fail("nothing waits");
  });
}

describe("an approval needs what its rule asks for", () => {
  it.each<[string, Partial<DecisionPayload>, string | null]>([
    ["reasoned_x", { reason: "" }, "reason_required"],
    ["reasoned_x", { reason: " \n" }, "reason_required"],
    ["reasoned_x", { reason: "\u200b\u202e \u2800" }, "reason_required"],
    ["reasoned_x", { reason: "The ticket says so." }, null],
    ["reasoned_x", { reason: "", verdict: "deny" }, null],
    ["medium_x", { presence: "cli" }, null],
    ["medium_x", { presence: "notification" }, "presence_too_weak"],
    ["medium_x", { presence: "notification", verdict: "deny" }, "presence_too_weak"],
    ["high_x", { presence: "notification" }, "presence_too_weak"],
    ["critical_x", { presence: "notification" }, "presence_too_weak"],
    ["strong_x", { presence: "notification" }, "presence_too_weak"],
    ["quick_x", { presence: "notification" }, null],
    ["quick_x", { presence: "notification", verdict: "deny" }, null],
    ["quick_x", { presence: "cli" }, null],
    ["soon_x", { presence: "notification", reason: "" }, "reason_required"],
    ["soon_x", { presence: "notification", reason: "As agreed." }, null],
    ["high_x", { presence: "cli" }, "presence_too_weak"],
    ["high_x", { presence: "window" }, "reason_required"],
    ["high_x", { presence: "window", reason: "\uFFFC\u{1D159}" }, "reason_required"],
    ["high_x", { presence: "window", reason: "As agreed." }, null],
    ["high_x", { verdict: "deny" }, null],
    ["high_x", { presence: "cli", verdict: "deny" }, null],
    ["critical_x", { presence: "cli", reason: "As agreed." }, "presence_too_weak"],
    ["critical_x", { number: "47" }, "reason_required"],
    ["critical_x", { verdict: "deny" }, null],
    ["strong_x", { presence: "window" }, "presence_too_weak"],
    ["strong_x", { presence: "authenticator" }, null],
  ])("%s with %j: %s", async (tool, change, code) => {
    const leave = new AbortController();
    const request = modernRequest(`${tool} ${JSON.stringify(change)}`, "tools/call", {
      name: tool,
      arguments: { change: JSON.stringify(change) },
    });
    const answer = post(ground, erin, request, leave.signal).catch(() => null);
    const approval = await pendingOf(tool);
    const { status, body } = await approver.approve(approval, avery, change);
    expect((body as { error?: { code: string } }).error?.code ?? null).toBe(code);
    expect(status === 200).toBe(code === null);
    if (code !== null) await approver.approve(approval, avery, { verdict: "deny" });
    await answer;
  });

  it("is told why a reason is asked for: the risk, or the rule", async () => {
    const [high, reasoned] = [
      modernRequest(2, "tools/call", { name: "high_x" }),
      modernRequest(3, "tools/call", { name: "reasoned_x" }),
    ];
    const answers = [high, reasoned].map((request) => post(ground, erin, request).catch(() => null));
    for (const [tool, why] of [
      ["high_x", "as its risk is high"],
      ["reasoned_x", "as its rule asks for one"],
    ] as const) {
      const approval = await pendingOf(tool);
      const { status, body } = await approver.approve(approval, avery);
      expect([status, (body as { error: { message: string } }).error.message]).toEqual([
        400,
        expect.stringContaining(why),
      ]);
      await approver.approve(approval, avery, { verdict: "deny" });
    }
    await Promise.all(answers);
  });

  it("is said to the console with the request", async () => {
    const leave = new AbortController();
    const answer = post(ground, erin, modernRequest(1, "tools/call", { name: "strong_x" }), leave.signal).catch(
      () => null,
    );
    const approval = await pendingOf("strong_x");
    expect(approval.rule).toMatchObject({ requireReason: false, presence: "authenticator", quick: false });
    leave.abort();
    await answer;
  });
});
