import { z } from "zod";
import { approvalView, type ApprovalView } from "../../../src/shared/approval.ts";
import { grantView, type GrantView } from "../../../src/shared/grant.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { call } from "../../support/world.ts";
import { modernRequest, openGround, post, result, type Ground } from "../mcp/ground.ts";
import { enrolGranter, type Granter } from "./granter.ts";
import { eventually } from "../../support/eventually.ts";

/** A gateway whose rule holds `write_*` and permits every kind of grant, with those who call and decide. */
export interface GrantGround extends Ground {
  readonly erin: string;
  readonly approver: Granter;
  /** The arguments of the calls that reached the target. */
  readonly ran: JsonObject[];
  /** What the target says of its tools. */
  readonly declared: { description: string };
  /** What the target answers calls with. */
  readonly answering: { result: JsonObject };
  /** Makes a call and waits for its answer. */
  callTool(args: JsonObject, token?: string, tool?: string): Promise<Answer>;
  /** Makes a call that is held, leaves it, and returns it as the approver sees it. */
  held(args: JsonObject, tool?: string, token?: string): Promise<ApprovalView>;
  grants(token?: string): Promise<readonly GrantView[]>;
  revoke(id: string, token: string): Promise<{ readonly status: number; readonly body: unknown }>;
  close(): Promise<void>;
}

interface Answer {
  readonly result?: JsonObject;
  readonly error?: { readonly code: number; readonly message: string };
}

const grantRules: JsonObject[] = [
  {
    name: "writes",
    tools: ["write_*"],
    effect: "approve",
    approvers: ["approvers"],
    grants: { longest: "8h", mostUses: 20, constraints: ["equal", "prefix", "any"] },
  },
  { name: "plain", tools: ["plain_*"], effect: "approve", approvers: ["approvers"] },
  {
    name: "equal only",
    tools: ["equal_*"],
    effect: "approve",
    approvers: ["approvers"],
    grants: { longest: "1h", mostUses: 2 },
  },
];

const names = ["write_it", "write_that", "plain_it", "equal_it"];

export async function openGrantGround(rules: JsonObject[] = grantRules): Promise<GrantGround> {
  const ran: JsonObject[] = [];
  const declared = { description: "Writes." };
  const answering: GrantGround["answering"] = { result: { content: [{ type: "text", text: "done" }] } };
  const ground = await openGround((_request, response, body) => {
    const { method, params } = JSON.parse(body) as { method: string; params: JsonObject };
    if (method === "tools/call") ran.push(params.arguments as JsonObject);
    const tools = names.map((name) => ({ name, ...declared, inputSchema: { type: "object" } }));
    const answer = result(body, method === "tools/list" ? { tools } : answering.result);
    response.writeHead(200, { "content-type": "application/json" }).end(answer);
  }, structuredClone(rules));
  const erin = await ground.token("erin", ["engineers"]);
  const approver = await enrolGranter(
    ground.url,
    await ground.token("avery", ["approvers"]),
    () => ground.clock.aheadMs,
  );
  let last = 0;
  const send = (args: JsonObject, token: string, tool: string, signal?: AbortSignal): Promise<Response> =>
    post(ground, token, modernRequest((last += 1), "tools/call", { name: tool, arguments: args }), signal);
  const pending = async (): Promise<readonly ApprovalView[]> => {
    const { body } = await call(ground.url, approver.token, "/v1/approvals?state=pending");
    return z.object({ approvals: z.array(approvalView) }).parse(body).approvals;
  };
  return {
    ...ground,
    erin,
    approver,
    ran,
    declared,
    answering,
    async callTool(args, token = erin, tool = "write_it") {
      const text = await (await send(args, token, tool)).text();
      const data = text.startsWith("{")
        ? text
        : (text
            .match(/^data: (\{.*)$/gm)
            ?.at(-1)
            ?.slice(6) ?? "{}");
      return JSON.parse(data) as Answer;
    },
    async held(args, tool = "write_it", token = erin) {
      const before = new Set((await pending()).map(({ id }) => id));
      const leave = new AbortController();
      send(args, token, tool, leave.signal).catch(() => undefined);
      try {
        return await eventually(async () => {
          const found = (await pending()).find(({ id }) => !before.has(id));
          if (found === undefined) throw new Error("it is not held yet");
          return found;
        });
      } finally {
        leave.abort();
      }
    },
    async grants(token = approver.token) {
      const { body } = await call(ground.url, token, "/v1/grants");
      return z.object({ grants: z.array(grantView) }).parse(body).grants;
    },
    revoke: (id, token) => call(ground.url, token, `/v1/grants/${id}/revoke`, {}),
  };
}
