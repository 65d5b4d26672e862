import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { approvalView, type ApprovalView } from "../../../src/shared/approval.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { call } from "../../support/world.ts";
import { enrolApprover, type Approver } from "./approver.ts";
import { askingServer, targetState } from "./asking-server.ts";
import { legacyServer } from "./eras/legacy-server.ts";
import { modernRequest, openGround, post, type Ground } from "./ground.ts";
import { nextPending } from "./hold-ground.ts";
import { eventually } from "../../support/eventually.ts";

/** What a tool has done, by its text: each time it asked, and each time it ended. */
const done: string[] = [];
const asks = {
  name: "held",
  tools: ["slow_*"],
  effect: "approve",
  approvers: ["approvers"],
  requests: ["elicitation"],
};

let ground: Ground & { close(): Promise<void> };
let erin: string;
let avery: string;
let approver: Approver;
let text: string;
let texts = 0;

beforeAll(async () => {
  ground = await openGround(askingServer(done), [asks]);
  erin = await ground.token("erin", ["engineers"]);
  avery = await ground.token("avery", ["approvers"]);
  approver = await enrolApprover(ground, avery);
});
afterAll(() => ground.close());
beforeEach(() => {
  done.length = 0;
  ground.clock.aheadMs = 0;
  text = `text ${(texts += 1)}`;
});

async function answeringClient(answers: Readonly<Record<string, string>>): Promise<Client> {
  const client = new Client(
    { name: "sdk-v2", version: "1" },
    { versionNegotiation: { mode: "auto" }, capabilities: { elicitation: { form: {} }, sampling: {} } },
  );
  client.setRequestHandler("sampling/createMessage", () => ({
    model: "none",
    role: "assistant",
    content: { type: "text", text: "says hello" },
  }));
  client.setRequestHandler("elicitation/create", ({ params }) => {
    const form = z.object({ properties: z.record(z.string(), z.unknown()) });
    const [field = ""] = Object.keys(form.parse("requestedSchema" in params ? params.requestedSchema : {}).properties);
    return { action: "accept", content: { [field]: answers[field] ?? "" } };
  });
  const requestInit = { headers: { authorization: `Bearer ${erin}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${ground.url}/mcp/target`), { requestInit }));
  return client;
}

/** One round by hand. */
function round(over: JsonObject = {}): ReturnType<typeof modernRequest> {
  const _meta = { "io.modelcontextprotocol/clientCapabilities": { elicitation: { form: {} } } };
  return modernRequest(1, "tools/call", { name: "slow_ask", arguments: { text }, _meta, ...over });
}

const answered = (field: string): JsonObject => ({ [field]: { action: "accept", content: { [field]: "crm" } } });

async function lastOf(answer: Response): Promise<JsonObject> {
  const body = await answer.text();
  const line = body.split("\n").findLast((each) => each.startsWith("data: "));
  return JSON.parse(line === undefined ? body : line.slice(6)) as JsonObject;
}

const question = z.object({ resultType: z.literal("input_required"), requestState: z.string() });

/** Makes the call, approves it, and returns the word with which its first question came, and the approval's id. */
async function asked(): Promise<{ readonly word: string; readonly id: string }> {
  const answer = post(ground, erin, round());
  const pending = await nextPending(ground, avery, text);
  await approver.approve(pending);
  const { result } = await lastOf(await answer);
  return { word: question.parse(result).requestState, id: pending.id };
}

function pendingFor(tool: string): Promise<ApprovalView> {
  return eventually(async () => {
    const { body } = await call(ground.url, avery, "/v1/approvals?state=pending");
    const { approvals } = z.object({ approvals: z.array(approvalView) }).parse(body);
    const found = approvals.find((each) => each.tool === tool);
    if (found === undefined) throw new Error("it does not wait yet");
    return found;
  });
}

async function stateOf(id: string): Promise<string> {
  const { body } = await call(ground.url, erin, `/v1/approvals/${id}`);
  return z.object({ approval: approvalView }).parse(body).approval.state;
}

describe("a held call whose target asks for input", () => {
  it("goes on after the approval, round by round, for a stock client, under the one approval", async () => {
    const client = await answeringClient({ database: "crm", reason: "card 4012 8888 8888 1881" });
    const called = client.callTool({ name: "slow_ask", arguments: { text } });
    const pending = await nextPending(ground, avery, text);
    await approver.approve(pending);
    expect(await called).toMatchObject({ content: [{ text: expect.stringContaining(`wrote ${text} because of`) }] });
    expect(done).toEqual(["asked for database", "asked for reason", `wrote ${text}`]);
    expect(await stateOf(pending.id)).toBe("executed");
    expect(ground.ledger().filter(({ kind, body }) => kind === "call.request" && body.includes(text))).toHaveLength(3);
    const records = ground.ledger().map(({ body }) => body);
    expect(records.filter((body) => body.includes("inputResponses")).length).toBeGreaterThanOrEqual(2);
    expect(records.join("\n")).not.toContain("4012 8888");
    await client.close();
  });

  it("keeps the target's own state from the client, and gives it back to the target unchanged", async () => {
    const { word } = await asked();
    expect(word).not.toContain("4012");
    expect(word).not.toContain("state of");
    await lastOf(await post(ground, erin, round({ requestState: word, inputResponses: answered("database") })));
    const last = JSON.parse(ground.target.seen.at(-1)?.body ?? "") as { params: JsonObject };
    expect(last.params).toMatchObject({ requestState: targetState, inputResponses: answered("database") });
  });

  it("runs no round twice: the same word again reaches no target", async () => {
    const { word } = await asked();
    const first = round({ requestState: word, inputResponses: answered("database") });
    const both = await Promise.all(
      [post(ground, erin, first), post(ground, erin, first)].map(async (each) => lastOf(await each)),
    );
    expect(both.filter(({ error }) => error !== undefined)).toMatchObject([{ error: { code: -32602 } }]);
    expect(done).toEqual(["asked for database", "asked for reason"]);
  });

  it.each<[string, (word: string) => Promise<Response>]>([
    ["other arguments", (word) => post(ground, erin, round({ requestState: word, arguments: { text: "other" } }))],
    [
      "another principal",
      async (word) => post(ground, await ground.token("eve", ["engineers"]), round({ requestState: word })),
    ],
    [
      "an answer to what was not asked",
      (word) => post(ground, erin, round({ requestState: word, inputResponses: answered("reason") })),
    ],
    ["another member", (word) => post(ground, erin, round({ requestState: word, task: {} }))],
    ["a word of nobody's", () => post(ground, erin, round({ requestState: `countersign.input.${"A".repeat(43)}` }))],
  ])("refuses a round with %s, and the right one still goes on", async (_, wrong) => {
    const { word, id } = await asked();
    expect(await lastOf(await wrong(word))).toMatchObject({ error: { code: -32602 } });
    expect(done).toEqual(["asked for database"]);
    const right = await lastOf(
      await post(ground, erin, round({ requestState: word, inputResponses: answered("database") })),
    );
    expect(question.safeParse(right.result).success).toBe(true);
    expect(await stateOf(id)).toBe("claimed");
  });

  it("ends as unknown where nobody answers in time, and its word with it", async () => {
    const { word, id } = await asked();
    ground.clock.aheadMs = 10 * 60_000 + 1;
    await eventually(async () => expect(await stateOf(id)).toBe("unknown"));
    ground.clock.aheadMs = 0;
    const late = await lastOf(
      await post(ground, erin, round({ requestState: word, inputResponses: answered("database") })),
    );
    expect(late).toMatchObject({ error: { code: -32602 } });
    expect(done).toEqual(["asked for database"]);
  });

  it("ends as unknown, and runs no further, where the rule has changed since it was approved", async () => {
    const { word, id } = await asked();
    await ground.reload((config) => (config.rules = [{ ...asks, risk: "high" }]));
    try {
      const told = await lastOf(
        await post(ground, erin, round({ requestState: word, inputResponses: answered("database") })),
      );
      expect(told).toMatchObject({ id: 1, error: { data: { code: "outcome_unknown", approval: id } } });
      expect(done).toEqual(["asked for database"]);
      expect(await stateOf(id)).toBe("unknown");
    } finally {
      await ground.reload((config) => (config.rules = [asks]));
    }
  });

  it("ends as unknown where the target asks without end", async () => {
    const named = { name: "slow_endless", arguments: {} };
    const answer = post(ground, erin, round(named));
    const pending = await pendingFor("slow_endless");
    await approver.approve(pending);
    let last = await lastOf(await answer);
    let rounds = 1;
    for (; last.result !== undefined && rounds < 20; rounds += 1) {
      const { requestState } = question.parse(last.result);
      last = await lastOf(
        await post(ground, erin, round({ ...named, requestState, inputResponses: answered("database") })),
      );
    }
    expect(last).toMatchObject({ error: { data: { code: "outcome_unknown", approval: pending.id } } });
    expect(rounds).toBe(10);
    expect(await stateOf(pending.id)).toBe("unknown");
  });

  it("brings no word of ours to a target whose calls need no approval any more", async () => {
    const { word } = await asked();
    await ground.reload((config) => (config.rules = [{ name: "open", tools: ["slow_*"], effect: "allow" }]));
    try {
      await lastOf(await post(ground, erin, round({ requestState: word })));
      expect(ground.target.seen.some(({ body }) => body.includes(word))).toBe(false);
    } finally {
      await ground.reload((config) => (config.rules = [asks]));
    }
  });

  it("goes on where its target speaks older revisions only, and asks in the middle of the one call", async () => {
    const old = await legacyServer();
    const before: JsonObject[] = [];
    await ground.reload((config) => {
      before.push(...config.connections);
      config.connections = [{ name: "target", http: { url: old.url }, timeout: "30s" }];
      config.rules = [{ ...asks, tools: ["greet"], requests: ["elicitation", "sampling"] }];
    });
    try {
      const client = await answeringClient({ name: "Ada" });
      const called = client.callTool({ name: "greet", arguments: {} });
      const pending = await pendingFor("greet");
      await approver.approve(pending);
      expect(await called).toMatchObject({ content: [{ text: "Ada says hello" }] });
      expect(old.ran).toEqual(["greet"]);
      expect(await stateOf(pending.id)).toBe("executed");
      await client.close();
    } finally {
      await ground.reload((config) => Object.assign(config, { connections: before, rules: [asks] }));
      await old.close();
    }
  });

  it("lets the identical call wait for its end, without running beside it", async () => {
    const { word } = await asked();
    const joined = post(ground, erin, { ...round(), body: { ...round().body, id: 2 } });
    const next = await lastOf(
      await post(ground, erin, round({ requestState: word, inputResponses: answered("database") })),
    );
    const { requestState } = question.parse(next.result);
    const last = await lastOf(await post(ground, erin, round({ requestState, inputResponses: answered("reason") })));
    expect(last).toMatchObject({ result: { content: [{ text: `wrote ${text} because of crm` }] } });
    expect(await lastOf(await joined)).toMatchObject({ id: 2, result: last.result ?? null });
    expect(done).toEqual(["asked for database", "asked for reason", `wrote ${text}`]);
  });
});
