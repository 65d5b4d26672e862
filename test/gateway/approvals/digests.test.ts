import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { approvalView, type ApprovalView } from "../../../src/shared/approval.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { call } from "../../support/world.ts";
import { modernRequest, openGround, post, result, type Ground } from "../mcp/ground.ts";
import { eventually } from "../../support/eventually.ts";

const secret = "gil.masked@example.com";
const rules: JsonObject[] = [
  {
    name: "held",
    tools: ["slow_*"],
    resources: ["held://*"],
    effect: "approve",
    approvers: ["approvers"],
    grants: { longest: "1h", mostUses: 2 },
  },
];
const tools = [{ name: "slow_it", inputSchema: { type: "object" } }];

let ground: Ground & { close(): Promise<void> };
beforeAll(async () => {
  ground = await openGround((_request, response, body) => {
    response.writeHead(200, { "content-type": "application/json" }).end(result(body, { tools }));
  }, rules);
});
afterAll(() => ground.close());

/** Has this person make the call, and returns what they are shown of their own request. */
async function asked(person: string, method: string, params: JsonObject): Promise<ApprovalView> {
  const token = await ground.token(person, ["approvers"]);
  const leave = new AbortController();
  post(ground, token, modernRequest(1, method, params), leave.signal).catch(() => undefined);
  const own = await eventually(async () => {
    const { body } = await call(ground.url, token, "/v1/approvals?state=pending");
    const { approvals } = z.object({ approvals: z.array(approvalView) }).parse(body);
    const found = approvals.find(({ relation }) => relation === "requester");
    if (found === undefined) throw new Error("it does not wait yet");
    return found;
  });
  leave.abort();
  await call(ground.url, token, `/v1/approvals/${own.id}/withdraw`, {});
  return own;
}

/** Every digest of an approval that stands for something which may be hidden. */
function digestsOf({ argumentsDigest, fingerprint, grants, tool }: ApprovalView): readonly string[] {
  return [
    argumentsDigest,
    // Of a tool it is a digest of what its server declares, the same for all.
    ...(tool === "slow_it" ? [] : [fingerprint]),
    ...(grants?.arguments ?? []).map(({ digest }) => digest),
  ];
}

it.each([
  ["tools/call", { name: "slow_it", arguments: { email: secret } }],
  ["resources/read", { uri: `held://people/${secret}` }],
])(
  "an approver can't try values of %s until a digest of their own is that of what they were not shown",
  async (method, params) => {
    const hidden = await asked("erin", method, params);
    const guess = await asked("avery", method, params);
    expect(JSON.stringify(hidden)).not.toContain(secret);
    expect(guess.payload).toEqual(hidden.payload);
    for (const digest of digestsOf(hidden)) expect(JSON.stringify(guess)).not.toContain(digest);
  },
);
