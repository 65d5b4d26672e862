import { z } from "zod";
import { approvalView, type ApprovalView, type DecisionPayload } from "../../../src/shared/approval.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { call } from "../../support/world.ts";
import { enrolApprover, type Approver } from "../mcp/approver.ts";
import { modernRequest, openGround, post, result, type Ground } from "../mcp/ground.ts";
import { eventually } from "../../support/eventually.ts";

/** Groups by person. Erin asks; all others may decide something. */
const people = {
  erin: ["engineers", "security"],
  avery: ["security"],
  sam: ["security"],
  fay: ["finance"],
  finn: ["finance"],
  bo: ["security", "finance"],
  zoe: ["sales"],
} as const;
export type Person = keyof typeof people;

export interface Stage {
  readonly ground: Ground & { close(): Promise<void> };
  /** How often the target has seen each text. */
  readonly ran: readonly string[];
  token(person: Person, groups?: readonly string[]): Promise<string>;
  /** Erin calls this tool; the answer's body, and the approval as she sees it once it waits. */
  hold(tool: string, text: string): Promise<{ readonly answer: Promise<string>; readonly approval: ApprovalView }>;
  /** The approval as this person sees it, or null. */
  seenBy(person: Person, id: string): Promise<ApprovalView | null>;
  /** Decides on the approval as the person sees it, else as Erin does; the state after it, or the refusal's code. */
  decide(person: Person, approval: ApprovalView, change?: Partial<DecisionPayload>): Promise<string>;
}

/** A gateway with these rules before a target that runs whatever it is asked, and people to decide. */
export async function openStage(rules: JsonObject[]): Promise<Stage> {
  const ran: string[] = [];
  // The very same signature twice would have its first result: no two decisions say the same.
  let words = 0;
  const names = rules.flatMap(({ tools }) => z.array(z.string()).parse(tools));
  const ground = await openGround((_request, response, body) => {
    const { method, params } = said.parse(JSON.parse(body));
    if (method === "tools/call") ran.push(params?.arguments?.text ?? "");
    const tools = names.map((name) => ({ name, inputSchema: {} }));
    const answer = result(body, method === "tools/list" ? { tools } : { content: [{ type: "text", text: "done" }] });
    response.writeHead(200, { "content-type": "application/json" }).end(answer);
  }, rules);
  const tokens = new Map<Person, Promise<string>>();
  const approvers = new Map<Person, Promise<Approver>>();
  const token: Stage["token"] = (person, groups) => {
    if (groups !== undefined) return ground.token(person, groups);
    const known = tokens.get(person) ?? ground.token(person, people[person]);
    tokens.set(person, known);
    return known;
  };
  const approverOf = async (person: Person): Promise<Approver> => {
    const known = approvers.get(person) ?? enrolApprover(ground, await token(person));
    approvers.set(person, known);
    return known;
  };
  const seenBy: Stage["seenBy"] = async (person, id) => {
    const { status, body } = await call(ground.url, await token(person), `/v1/approvals/${id}`);
    return status === 404 ? null : one.parse(body).approval;
  };
  return {
    ground,
    ran,
    token,
    seenBy,
    async hold(tool, text) {
      const request = modernRequest(text, "tools/call", { name: tool, arguments: { text } });
      const answer = post(ground, await token("erin"), request).then((response) => response.text());
      const approval = await eventually(async () => {
        const { body } = await call(ground.url, await token("erin"), "/v1/approvals?state=pending");
        const found = all.parse(body).approvals.find(({ payload }) => JSON.stringify(payload).includes(`"${text}"`));
        if (found === undefined) throw new Error("it does not wait yet");
        return found;
      });
      return { answer, approval };
    },
    async decide(person, approval, change = {}) {
      const seen = (await seenBy(person, approval.id)) ?? (await seenBy("erin", approval.id)) ?? approval;
      const { body } = await (
        await approverOf(person)
      ).approve(seen, undefined, { reason: `word ${(words += 1)}`, ...change });
      const parsed = outcome.parse(body);
      return "error" in parsed ? parsed.error.code : parsed.approval.state;
    },
  };
}

const said = z.object({
  method: z.string(),
  params: z.looseObject({ arguments: z.looseObject({ text: z.string() }).optional() }).optional(),
});
const one = z.object({ approval: approvalView });
const all = z.object({ approvals: z.array(approvalView) });
const outcome = z.union([one, z.object({ error: z.object({ code: z.string() }) })]);
