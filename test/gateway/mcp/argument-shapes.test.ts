import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { approvalView } from "../../../src/shared/approval.ts";
import type { Json, JsonObject } from "../../../src/shared/json.ts";
import { call } from "../../support/world.ts";
import { modernRequest, openGround, post, result, type Ground, type Sent } from "./ground.ts";
import { eventually } from "../../support/eventually.ts";

const rules: JsonObject[] = [
  {
    name: "not there",
    tools: ["*"],
    prompts: ["*"],
    effect: "deny",
    when: "has(arguments.path) && arguments.path.startsWith('/etc')",
  },
  { name: "held", tools: ["slow_*"], effect: "approve", approvers: ["approvers"] },
  { name: "the rest", tools: ["*"], prompts: ["*"], effect: "allow" },
];
const tools = ["get_it", "slow_it"].map((name) => ({ name, inputSchema: { type: "object" } }));

let ground: Ground & { close(): Promise<void> };
let erin: string;

beforeAll(async () => {
  ground = await openGround((_request, response, body) => {
    const { method } = JSON.parse(body) as { method: string };
    const answer = result(body, method === "tools/list" ? { tools } : { content: [] });
    response.writeHead(200, { "content-type": "application/json" }).end(answer);
  }, rules);
  erin = await ground.token("erin", ["engineers"]);
});
afterAll(() => ground.close());
beforeEach(() => {
  ground.target.seen.length = 0;
});

function ran(): readonly Json[] {
  const asked = ground.target.seen.map(({ body }) => JSON.parse(body) as { method: string; params: JsonObject });
  return asked
    .filter(({ method }) => ["tools/call", "prompts/get"].includes(method))
    .map(({ params }) => (params.arguments === undefined ? "absent" : params.arguments));
}

describe("arguments that are no object, which a condition would read as empty", () => {
  const shapes: Json[] = [
    '{"path":"/etc/passwd"}',
    ["/etc/passwd"],
    [{ path: "/etc/passwd" }],
    "/etc/passwd",
    7,
    false,
  ];

  it.each(shapes)("reach no target: %j", async (shape) => {
    const calls: Sent[] = [
      modernRequest(1, "tools/call", { name: "get_it", arguments: shape }),
      modernRequest(2, "prompts/get", { name: "greet", arguments: shape }),
    ];
    for (const sent of calls) {
      const answer = await (await post(ground, erin, sent)).json();
      expect(answer).toMatchObject({ error: { code: -32602, message: expect.stringContaining("must be an object") } });
    }
    expect(ran()).toEqual([]);
  });
});

describe("arguments that are null or left out", () => {
  it("are passed on as they came, where a rule allows the call", async () => {
    await (await post(ground, erin, modernRequest(1, "tools/call", { name: "get_it", arguments: null }))).text();
    await (await post(ground, erin, modernRequest(2, "tools/call", { name: "get_it" }))).text();
    expect(ran()).toEqual([null, "absent"]);
  });

  it("are shown to who decides as they are", async () => {
    const avery = await ground.token("avery", ["approvers"]);
    const leave = new AbortController();
    post(ground, erin, modernRequest(1, "tools/call", { name: "slow_it", arguments: null }), leave.signal).catch(
      () => undefined,
    );
    const shown = await eventually(async () => {
      const { body } = await call(ground.url, avery, "/v1/approvals?state=pending");
      return approvalView.parse((body as { approvals: unknown[] }).approvals[0]).payload.arguments;
    });
    leave.abort();
    expect(shown).toBeNull();
  });
});
